// The one piece of C++: CLD2 has no C interface.
#include <cstddef>
#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

extern "C" void cld2_detect(const char *text, size_t len, char code_out[16]);

extern "C" void cld2_detect(const char *text, size_t len, char code_out[16])
{
    CLD2::Language language3[3];
    int            percent3[3], text_bytes = 0, valid_prefix_bytes = 0;
    double         score3[3];
    bool           is_reliable = false;
    CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language language =
        CLD2::ExtDetectLanguageSummaryCheckUTF8(text, static_cast<int>(len), true, &hints, 0, language3, percent3, score3, nullptr,
                                                &text_bytes, &is_reliable, &valid_prefix_bytes);
    bool is_known = is_reliable && language != CLD2::UNKNOWN_LANGUAGE;
    std::snprintf(code_out, 16, "%s", is_known ? CLD2::LanguageCode(language) : "");
}
