/* What is typed to name a kernel: `[protocol@]host:/directory/file [arguments]`. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { LINE_MOST = 512 };

enum protocol { NFS, NFS2, NFS3, TFTP };

struct name {
        enum protocol protocol;
        char host[64];
        char directory[256]; /* begins with `/`, and ends with one only if that is all */
        char file[128];
        const char *arguments; /* within the text that was parsed */
};

/* Reads one name and its arguments. False when it has no such form. */
bool parse_name(char *text, struct name *name);

/* Past blanks. */
char *skip_blanks(char *text);
