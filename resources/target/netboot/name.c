#include "name.h"
#include "../pxe/string.h"

char *skip_blanks(char *text)
{
        while (*text == ' ' || *text == '\t')
                text++;
        return text;
}

static bool copy(char *into, size_t size, const char *from, size_t length)
{
        if (length >= size)
                return false;
        memcpy(into, from, length);
        into[length] = 0;
        return true;
}

/* NFS is also what an unknown protocol means, as it always did. */
static enum protocol protocol_of(const char *text, size_t length)
{
        static const struct {
                char name[5];
                enum protocol protocol;
        } protocols[] = { { "tftp", TFTP }, { "nfs2", NFS2 }, { "nfs3", NFS3 } };
        for (unsigned i = 0; i < 3; i++)
                if (length == 4 && memcmp(text, protocols[i].name, 4) == 0)
                        return protocols[i].protocol;
        return NFS;
}

bool parse_name(char *text, struct name *name)
{
        const char *word = skip_blanks(text);
        const char *end = word;
        while (*end && *end != ' ' && *end != '\t')
                end++;
        const char *colon = strchr(word, ':'), *at = strchr(word, '@');
        if (!colon || colon >= end || colon[1] != '/')
                return false;
        const char *host = at && at < colon ? at + 1 : word;
        name->protocol = at && at < colon ? protocol_of(word, (size_t)(at - word)) : NFS;

        const char *last = end - 1;
        while (*last != '/')
                last--;
        const char *directory_end = last == colon + 1 ? last + 1 : last;
        name->arguments = skip_blanks((char *)end);
        return host < colon && last + 1 < end && copy(name->host, sizeof name->host, host, (size_t)(colon - host)) &&
               copy(name->directory, sizeof name->directory, colon + 1, (size_t)(directory_end - colon - 1)) &&
               copy(name->file, sizeof name->file, last + 1, (size_t)(end - last - 1));
}
