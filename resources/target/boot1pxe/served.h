/* Files of the server's directory that this program came from. */
#pragma once
#include "tftp.h"

/* `<directory>/<name>`; a leading slash of the name is no root. */
const char *served_path(const char *name);
/* Opens a file there; what goes wrong is said, unless the file is missing and `is_optional`. */
bool served_open(struct tftp *file, const char *name, bool is_optional);
/* Loads an open file, with its progress; what goes wrong is said. */
bool served_read(struct tftp *file, const char *name, void *to, uint32_t room, uint32_t *length);
/* Says what `failure` has. */
void served_complain(const char *name);
/* Says why an open file cannot be used, here and to the server. */
void served_refuse(struct tftp *file, const char *name);
