/* Mail: a mailbox that a public mailing list (or press releases, or a newsletter) is delivered to, read by IMAP, answered by SMTP. */
#ifndef SOURCE_MAIL_MAIL_H
#define SOURCE_MAIL_MAIL_H

#include "source/source.h"

extern const struct connector connector_mail;

#endif
