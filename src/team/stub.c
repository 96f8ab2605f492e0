#include "team/team.h"
#include "base/vfs.h"
const struct record_domain team_domain = {.name="team"};
const char *const role_names[ROLE_COUNT]={"none","viewer","learner","practitioner","reviewer","admin"};
enum error_code team_role(struct record *s,const struct team_caller *c, struct str client, enum role *r, struct error *e){(void)s;(void)c;(void)e;(void)client;*r=ROLE_ADMIN;return 0;}
enum error_code team_prove_session(struct record *s, struct str t,int64_t n, struct arena *a, struct team_caller *c, struct error *e){(void)s;(void)t;(void)n;(void)a;(void)c;return error_set(e,ERROR_DENIED,"no");}
enum error_code team_prove_token(struct record *s, struct str t,int64_t n, struct arena *a, struct team_caller *c, struct error *e){(void)s;(void)n;(void)a; if(!str_equal(t,STR("test")))return error_set(e,ERROR_DENIED,"unknown token"); c->member.id=1;c->member.name=STR("tester");c->token=1;c->token_most=ROLE_ADMIN;c->member.is_server_admin=true;return 0;}
enum error_code team_client_names(struct record *s, struct arena *a, struct str **n, size_t *c, struct error *e){(void)s;(void)e; *n=arena_array(a,1,sizeof(struct str)); (*n)[0]=STR("default"); *c=1; return 0;}
enum error_code team_adopt_folders(struct record *s,const char *f, struct error *e){(void)s;(void)f;(void)e;return 0;}
enum error_code team_is_empty(struct record *s,bool *b,struct error *e){(void)s;(void)e;*b=false;return 0;}
enum error_code team_new_setup_link(struct record *s,char *t,struct error *e){(void)s;(void)e;t[0]=0;return 0;}
