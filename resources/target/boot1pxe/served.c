#include "served.h"
#include "../pxe/string.h"
#include "words.h"

const char *served_path(const char *name)
{
        static char path[260];
        unsigned directory = 0;
        for (unsigned i = 0; network.file[i]; i++)
                if (network.file[i] == '/' || network.file[i] == '\\')
                        directory = i + 1;
        while (*name == '/')
                name++;
        memcpy(path, network.file, directory);
        format_text(path + directory, sizeof path - directory, "%s", name);
        return path;
}

void served_complain(const char *name)
{
        print("boot1pxe: %s from %s: %s.\n", served_path(name), address_text(network.server), failure);
}

bool served_open(struct tftp *file, const char *name, bool is_optional)
{
        if (tftp_open(file, served_path(name)))
                return true;
        if (!is_optional || !file->is_missing)
                served_complain(name);
        return false;
}

static void told(unsigned percent)
{
        print(percent == 100 ? " %u %%\n" : " %u", percent);
}

enum { WORTH_PROGRESS = 4 << 20 };

bool served_read(struct tftp *file, const char *name, void *to, uint32_t room, uint32_t *length)
{
        bool is_large = file->size != SIZE_UNKNOWN && file->size >= WORTH_PROGRESS;
        if (is_large)
                print("Loading %s, %s:", name, size_text(file->size));
        if (tftp_read(file, to, room, length, is_large ? told : 0))
                return true;
        if (is_large)
                print("\n");
        served_complain(name);
        return false;
}

void served_refuse(struct tftp *file, const char *name)
{
        tftp_refuse(file, failure);
        served_complain(name);
}
