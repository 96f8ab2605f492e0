#include "source/wordpress/list.h"

#include "base/clock.h"

/* ---- Marks ---- */

static size_t find(const struct wp_mark *marks, size_t count, uint32_t id)
{
    for (size_t i = 0; i < count; i++)
        if (marks[i].id == id)
            return i;
    return SIZE_MAX;
}

static const char *date_of(enum wp_kind kind)
{
    return kind == WP_POSTS ? "modified_gmt" : "date_gmt";
}

/* ---- May it be answered? ---- */

static bool *known_open(struct wp_open *open, int64_t post)
{
    bool is_fresh = open->rows[post % WP_STATUS_CACHE].at_us > clock_now_us() - 10 * CLOCK_MINUTE_US;
    return open->rows[post % WP_STATUS_CACHE].post == post && is_fresh ? &open->rows[post % WP_STATUS_CACHE].is_open : NULL;
}

/* Asks for all posts of a page of comments that are not known. Where that fails the comments are taken for open: the site will say. */
static void ask_open(struct wp_site *site, struct wp_open *open, const cJSON *comments)
{
    char             parameters[2048] = "per_page=100&_fields=id,comment_status&include=";
    size_t           len = strlen(parameters), count = 0;
    struct wp_answer answer;
    const cJSON     *comment, *post;
    cJSON_ArrayForEach(comment, comments) {
        int64_t id = wp_number(comment, "post");
        if (id <= 0 || known_open(open, id) || count == WP_PAGE || len > sizeof parameters - 32)
            continue;
        open->rows[id % WP_STATUS_CACHE].post = id;
        open->rows[id % WP_STATUS_CACHE].at_us = clock_now_us();
        open->rows[id % WP_STATUS_CACHE].is_open = true;
        len += (size_t)snprintf(parameters + len, sizeof parameters - len, "%s%lld", count++ ? "," : "", (long long)id);
    }
    if (count == 0 || wp_ask(site, NULL, "wp/v2/posts", parameters, (struct str){0}, &answer, NULL))
        return;
    cJSON_ArrayForEach(post, answer.json) {
        int64_t     id = wp_number(post, "id");
        const char *status = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(post, "comment_status"));
        if (id > 0 && open->rows[id % WP_STATUS_CACHE].post == id)
            open->rows[id % WP_STATUS_CACHE].is_open = !status || strcmp(status, "closed") != 0;
    }
    wp_answer_fini(&answer);
}

static bool is_open(struct wp_open *open, enum wp_kind kind, const cJSON *thing)
{
    const char *status = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(thing, "comment_status"));
    if (kind == WP_POSTS)
        return !status || strcmp(status, "closed") != 0;
    int64_t     post = wp_number(thing, "post");
    const bool *known = post > 0 ? known_open(open, post) : NULL;
    return !known || *known;
}

/* ---- A page ---- */

static bool is_first(const struct wp_list *list)
{
    return list->readings == 0 && list->mark_count == 0;
}

static enum error_code judge(const struct wp_site *site, const struct wp_answer *answer, struct error *error)
{
    if (answer->status == 429 || answer->status == 503)
        return error_set(error, ERROR_BUSY, "%s asks for patience (%d)", site->url, answer->status);
    if (answer->status == 401 || answer->status == 403)
        return error_set(error, ERROR_DENIED, "%s does not let us read (%d): %s", site->url, answer->status, answer->message);
    if (answer->status != 200)
        return error_set(error, ERROR_IO, "%s answered %d: %s", site->url, answer->status, answer->message);
    if (!cJSON_IsArray(answer->json))
        return error_set(error, ERROR_INVALID, "%s answers with what is no list: %s", site->url, answer->message);
    return ERROR_NONE;
}

/* One thing of a page; *is_new_out: it, or what it says, was not known. */
static enum error_code take(struct wp_site *site, struct wp_list *list, struct wp_open *open, const cJSON *thing, struct source_batch *batch, bool *is_new_out,
                            struct error *error)
{
    struct wp_mark mark;
    *is_new_out = false;
    if (!wp_mark_of(list->kind, thing, &mark)) {
        source_port_refused(site->port, "no comment or post in a list of them", 1);
        return ERROR_NONE;
    }
    size_t known = find(list->marks, list->mark_count, mark.id), now = find(list->head, list->head_count, mark.id);
    bool   is_same = known != SIZE_MAX && list->marks[known].content == mark.content;
    if (known != SIZE_MAX)
        list->found[known] = true;
    if (now != SIZE_MAX && list->head[now].content == mark.content)
        return ERROR_NONE; /* pages overlap */
    if (now == SIZE_MAX && list->head_count < WP_MARKS)
        list->head[list->head_count++] = mark;
    list->added += known == SIZE_MAX && now == SIZE_MAX;
    if (is_same || (list->since_us && wp_time(thing, "date_gmt") < list->since_us && known == SIZE_MAX && is_first(list)))
        return ERROR_NONE;
    *is_new_out = true;
    struct source_item *item = source_batch_add(batch, SOURCE_UPSERT);
    if (!item)
        return error_set(error, ERROR_MEMORY, "no memory for a comment");
    if (wp_fill(site, list->kind, thing, is_open(open, list->kind, thing), item, &batch->arena, error))
        return ERROR_MEMORY;
    if (known != SIZE_MAX && !item->post.edited_us)
        item->post.edited_us = clock_now_us(); /* comments do not say when they were changed */
    return ERROR_NONE;
}

void wp_list_begin(struct wp_list *list)
{
    list->is_reading = true;
    list->is_deep = list->wants_deep || list->readings % WP_DEEP_EVERY == WP_DEEP_EVERY - 1;
    list->wants_deep = false;
    list->offset = list->head_count = list->added = list->removed = 0;
    list->last_us = 0;
    list->first_total = -1;
    list->check = SIZE_MAX;
    memset(list->found, 0, sizeof list->found);
}

static bool is_read_down(const struct wp_list *list, size_t count, size_t page, size_t new_count, int64_t oldest_us)
{
    if (count < page)
        return true; /* the end of the list */
    if (list->is_fill || is_first(list)) /* back to since, or the newest alone */
        return list->since_us ? oldest_us < list->since_us : !list->is_fill;
    return new_count == 0 && (!list->is_deep || list->offset + page >= WP_MARKS);
}

static enum error_code read_page(struct wp_site *site, struct wp_list *list, struct wp_open *open, struct source_batch *batch, size_t page,
                                 struct error *error)
{
    char             parameters[256];
    struct wp_answer answer;
    const cJSON     *thing;
    size_t           count = 0, new_count = 0, from = list->offset > WP_OVERLAP ? list->offset - WP_OVERLAP : 0;
    int64_t          first_us = 0, oldest_us = 0;
    snprintf(parameters, sizeof parameters, "order=desc&orderby=%s&per_page=%zu&offset=%zu%s", list->kind == WP_POSTS ? "modified" : "date_gmt", page, from,
             list->kind == WP_POSTS ? "&_embed=author" : "");
    enum error_code code = wp_ask(site, NULL, wp_paths[list->kind], parameters, (struct str){0}, &answer, error);
    if (!code)
        code = judge(site, &answer, error);
    if (!code && list->kind == WP_COMMENTS && site->user[0])
        ask_open(site, open, answer.json);
    if (!code && list->first_total < 0)
        list->first_total = answer.total;
    cJSON_ArrayForEach(thing, answer.json) {
        bool is_new = false;
        if (code || count == page)
            break;
        oldest_us = wp_time(thing, date_of(list->kind));
        if (count++ == 0) {
            first_us = oldest_us;
            if (from && list->last_us && first_us < list->last_us && list->offset >= page / 2) {
                list->offset -= page / 2; /* something above was deleted meanwhile: step back */
                wp_answer_fini(&answer);
                return ERROR_NONE;
            }
        }
        code = take(site, list, open, thing, batch, &is_new, error);
        new_count += is_new;
    }
    wp_answer_fini(&answer);
    if (code)
        return code;
    list->last_us = oldest_us;
    if (is_read_down(list, count, page, new_count, oldest_us))
        list->check = 0;
    list->offset = from + count;
    return code;
}

/* ---- What is gone ---- */

/* The next mark that should have been met and was not; SIZE_MAX: none. Only above the deepest that was met: below nothing was looked at. */
static size_t next_missing(const struct wp_list *list)
{
    size_t deepest = 0;
    for (size_t i = 0; i < list->mark_count; i++)
        if (list->found[i])
            deepest = i;
    bool is_all = list->first_total >= 0 && list->head_count < WP_MARKS && (int64_t)list->head_count >= list->first_total; /* every one there is */
    for (size_t i = list->check; i < (is_all ? list->mark_count : deepest); i++)
        if (!list->found[i])
            return i;
    return SIZE_MAX;
}

static enum error_code look_for(struct wp_site *site, struct wp_list *list, size_t i, struct source_batch *batch, struct error *error)
{
    char             path[64];
    struct wp_answer answer;
    snprintf(path, sizeof path, "%s/%u", wp_paths[list->kind], list->marks[i].id);
    enum error_code code = wp_ask(site, NULL, path, "", (struct str){0}, &answer, error);
    const char     *status = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(answer.json, "status"));
    bool            is_shown = answer.status == 200 && status && (strcmp(status, "approved") == 0 || strcmp(status, "publish") == 0);
    bool            is_gone = answer.status == 404 || answer.status == 410 || answer.status == 401 || answer.status == 403 || (answer.status == 200 && !is_shown);
    if (!code && !is_gone && !is_shown)
        code = answer.status == 429 || answer.status == 503 ? error_set(error, ERROR_BUSY, "%s asks for patience (%d)", site->url, answer.status)
                                                            : error_set(error, ERROR_IO, "%s answered %d: %s", site->url, answer.status, answer.message);
    wp_answer_fini(&answer);
    if (code)
        return code;
    list->check = i + 1;
    struct source_item *item = is_gone ? source_batch_add(batch, SOURCE_DELETE) : NULL;
    if (item) {
        item->post.id = wp_native_id(site, list->kind, list->marks[i].id, &batch->arena);
        list->removed++;
    }
    return ERROR_NONE;
}

static void finish(struct wp_list *list)
{
    int64_t wanted = list->total + (int64_t)list->added - (int64_t)list->removed;
    list->wants_deep = list->total >= 0 && list->first_total >= 0 && wanted != list->first_total && !list->is_deep;
    list->total = list->first_total;
    /* What stands below the pages that were read is known still. */
    size_t kept = list->head_count;
    for (size_t i = 0; i < list->mark_count && kept < WP_MARKS; i++)
        if (!list->found[i] && i >= list->check && find(list->head, list->head_count, list->marks[i].id) == SIZE_MAX)
            list->head[kept++] = list->marks[i];
    memcpy(list->marks, list->head, kept * sizeof *list->marks);
    list->mark_count = kept;
    list->is_reading = false;
    list->readings++;
}

enum error_code wp_list_step(struct wp_site *site, struct wp_list *list, struct wp_open *open, struct source_batch *batch, size_t page, bool *is_over_out,
                             struct error *error)
{
    enum error_code code = ERROR_NONE;
    *is_over_out = false;
    if (!list->is_reading)
        wp_list_begin(list);
    if (list->check == SIZE_MAX)
        code = read_page(site, list, open, batch, page, error);
    while (!code && list->check != SIZE_MAX && !list->is_fill && batch->count < page) {
        size_t missing = next_missing(list);
        if (missing == SIZE_MAX)
            break;
        code = look_for(site, list, missing, batch, error);
    }
    if (!code && list->check != SIZE_MAX && (list->is_fill || next_missing(list) == SIZE_MAX)) {
        size_t deepest = 0;
        for (size_t i = 0; i < list->mark_count; i++)
            deepest = list->found[i] ? i + 1 : deepest;
        list->check = deepest > list->check ? deepest : list->check;
        finish(list);
        *is_over_out = true;
    }
    return code;
}

/* ---- State ---- */

static void print_marks(struct json *json, const char *name, const struct wp_mark *marks, size_t count)
{
    struct buf out = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&out, "%08x%07x", marks[i].id, marks[i].content & 0xfffffff);
    json_put_str(json, name, buf_str(&out));
    buf_fini(&out);
}

static size_t read_marks(const cJSON *state, const char *name, struct wp_mark *marks)
{
    struct str text = str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(state, name)));
    size_t     count = 0;
    for (; text.len >= 15 && count < WP_MARKS; text = str_slice(text.ptr + 15, text.len - 15)) {
        char piece[16];
        snprintf(piece, sizeof piece, "%.15s", text.ptr);
        unsigned id, content;
        if (sscanf(piece, "%8x%7x", &id, &content) == 2)
            marks[count++] = (struct wp_mark){id, content};
    }
    return count;
}

void wp_list_print(const struct wp_list *list, struct json *json)
{
    char found[WP_MARKS + 1];
    json_object(json);
    print_marks(json, "m", list->marks, list->mark_count);
    json_put_i64(json, "t", list->total);
    json_put_i64(json, "k", list->readings % 1000 + 1000 * (list->readings >= 1000)); /* 0 only before the first has ended */
    if (list->is_reading) {
        for (size_t i = 0; i < list->mark_count; i++)
            found[i] = list->found[i] ? '1' : '0';
        found[list->mark_count] = '\0';
        print_marks(json, "h", list->head, list->head_count);
        json_put_str(json, "b", str_of(found));
        json_put_i64(json, "o", (int64_t)list->offset);
        json_put_i64(json, "d", list->last_us / CLOCK_SECOND_US);
        json_put_i64(json, "n", list->first_total);
        json_put_i64(json, "a", (int64_t)list->added);
        json_put_i64(json, "r", (int64_t)list->removed);
        json_put_i64(json, "x", list->is_deep);
        if (list->check != SIZE_MAX)
            json_put_i64(json, "c", (int64_t)list->check);
    }
    json_end(json);
}

static size_t bounded(const cJSON *state, const char *name, size_t most)
{
    int64_t number = wp_number(state, name);
    return number < 0 ? 0 : number > (int64_t)most ? most : (size_t)number;
}

void wp_list_restore(struct wp_list *list, const cJSON *state)
{
    list->total = wp_number(state, "t");
    list->readings = (unsigned)bounded(state, "k", 1000000);
    list->mark_count = read_marks(state, "m", list->marks);
    struct str found = str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(state, "b")));
    if (!found.ptr)
        return;
    wp_list_begin(list);
    list->head_count = read_marks(state, "h", list->head);
    for (size_t i = 0; i < found.len && i < list->mark_count; i++)
        list->found[i] = found.ptr[i] == '1';
    list->offset = bounded(state, "o", 1u << 30);
    list->last_us = (int64_t)bounded(state, "d", (size_t)(CLOCK_MAX_US / CLOCK_SECOND_US)) * CLOCK_SECOND_US;
    list->first_total = wp_number(state, "n");
    list->added = bounded(state, "a", 1u << 30);
    list->removed = bounded(state, "r", 1u << 30);
    list->is_deep = wp_number(state, "x") == 1;
    if (wp_number(state, "c") >= 0)
        list->check = bounded(state, "c", WP_MARKS);
}
