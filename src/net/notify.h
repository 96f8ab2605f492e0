/* Telling the service manager how we are (systemd's sd_notify protocol: a datagram to the socket that NOTIFY_SOCKET
 * names). */
#ifndef NET_NOTIFY_H
#define NET_NOTIFY_H

/* "READY=1", "RELOADING=1", "STOPPING=1". Nothing happens where nobody asked for it (socket_name NULL or empty). */
void notify_manager(const char *socket_name, const char *state);

#endif
