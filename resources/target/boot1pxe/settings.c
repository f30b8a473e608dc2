#include "settings.h"
#include "served.h"
#include "../pxe/string.h"
#include "words.h"

/* boot-132 loads files at 104 MB, up to 24 MB of them (its memory.h). */
struct settings settings = { .way = AUTO, .memory = 128 };

static bool is(const char *word, const char *line)
{
        return !memcmp(word, line, strlen(word));
}

static bool take_way(const char *value)
{
        static const char *const names[] = { "auto", "ramdisk", "demand", "network" };
        for (unsigned way = 0; way < 4; way++)
                if (is(names[way], value) && !value[strlen(names[way])]) {
                        settings.way = (enum way)way;
                        return true;
                }
        return false;
}

static bool take_disk(const char *value)
{
        if (!is("nfs:", value))
                return false;
        value += 4;
        settings.disk_server = take_address(&value);
        if (!settings.disk_server || *value++ != ':' || *value != '/')
                return false;
        const char *slash = value;
        for (const char *c = value; *c; c++)
                if (*c == '/')
                        slash = c;
        size_t folder = slash == value ? 1 : (size_t)(slash - value);
        if (folder >= sizeof settings.disk_folder || strlen(slash + 1) >= sizeof settings.disk_file)
                return false;
        memcpy(settings.disk_folder, value, folder);
        memcpy(settings.disk_file, slash + 1, strlen(slash + 1) + 1);
        return slash[1] != 0;
}

static bool take_line(const char *line)
{
        if (!*line || *line == '#')
                return true;
        if (is("way ", line))
                return take_way(line + 4);
        if (is("disk ", line))
                return take_disk(line + 5);
        if (is("memory ", line)) {
                line += 7;
                settings.memory = take_decimal(&line);
                return !*line;
        }
        return false;
}

bool settings_read(void)
{
        static char text[1024];
        struct tftp file;
        uint32_t length;
        if (!served_open(&file, "boot1pxe.cfg", true))
                return file.is_missing;
        if (!served_read(&file, "boot1pxe.cfg", text, sizeof text - 1, &length))
                return false;
        for (char *line = text; *line;) {
                char *end = line;
                while (*end && *end != '\n' && *end != '\r')
                        end++;
                char *next = *end ? end + 1 : end;
                *end = 0;
                if (!take_line(line)) {
                        print("boot1pxe: %s: \"%s\" is no setting.\n", served_path("boot1pxe.cfg"), line);
                        return false;
                }
                line = next;
        }
        return true;
}
