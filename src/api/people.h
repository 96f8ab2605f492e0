/* What the resources about members, sessions, tokens and clients share. */
#ifndef API_PEOPLE_H
#define API_PEOPLE_H

#include "api/api.h"

/* ERROR_FORBIDDEN for a token: what a person does about herself (password, tokens), no program does for her. */
enum error_code people_session_only(struct api_call *call);
/* A password of the body as it was typed, blanks and all. ptr NULL where it is not given and not required. */
enum error_code people_password(struct api_call *call, const char *name, bool is_required, struct str *password_out);
/* The member `role` of the body. */
enum error_code people_role(struct api_call *call, enum role least, enum role *role_out);

#define PEOPLE_ID   "\"id\":{\"type\":\"integer\",\"minimum\":1}"
#define PEOPLE_NAME "\"name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":64}"
#define PEOPLE_ROLE "\"role\":{\"type\":\"string\",\"enum\":[\"viewer\",\"learner\",\"practitioner\",\"reviewer\",\"admin\"]}"
#define PEOPLE_PASSWORD "{\"type\":\"string\",\"maxLength\":1024}"
#define PEOPLE_TIME "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"

#endif
