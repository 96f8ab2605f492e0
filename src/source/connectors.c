/* The connectors that are built in: one row, one folder. */
#include "source/source.h"

#include "source/bluesky/connector.h"
#include "source/feeds/connector.h"
#include "source/folder/connector.h"
#include "source/hackernews/connector.h"
#include "source/mail/mail.h"
#include "source/mastodon/connector.h"
#include "source/nostr/nostr.h"
#include "source/webhook/webhook.h"
#include "source/wordpress/connector.h"

const struct connector *const connectors[] = {
    &connector_bluesky,
    &connector_feeds,
    &connector_folder,
    &connector_hackernews,
    &connector_mail,
    &connector_mastodon,
    &connector_nostr,
    &connector_webhook,
    &connector_wordpress,
    NULL,
};
