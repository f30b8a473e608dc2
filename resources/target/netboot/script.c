#include "script.h"
#include "../net/network.h"
#include "../net/tftp.h"
#include "../pxe/console.h"
#include "../pxe/string.h"
#include "command.h"
#include "line.h"

enum { SCRIPT_MOST = 8192 };

static char script[SCRIPT_MOST];

static bool no_progress(size_t done, size_t whole)
{
        (void)done, (void)whole;
        return false;
}

/* Where the boot file's name, whichever way its parts are divided, becomes that of a file beside it. */
static size_t directory_of_boot_file(void)
{
        size_t directory = 0;
        for (size_t i = 0; network.boot_file[i]; i++)
                if (network.boot_file[i] == '/' || network.boot_file[i] == '\\')
                        directory = i + 1;
        return directory;
}

/* The file that the server names: from its root with a slash in front, else beside the boot file, as netboot.cfg is. */
static bool fetch_script(void)
{
        char path[sizeof network.boot_file + sizeof network.configuration_file];
        bool is_named = network.configuration_file[0];
        const char *file = is_named ? network.configuration_file : "netboot.cfg";
        size_t directory = *file == '/' ? 0 : directory_of_boot_file();
        memcpy(path, network.boot_file, directory);
        format_text(path + directory, sizeof path - directory, "%s", *file == '/' ? file + 1 : file);
        struct tftp_transfer transfer = { .into = (uint8_t *)script, .room = sizeof script - 1, .progress = no_progress };
        bool found = network.server && tftp_read(network.server, path, &transfer);
        script[found ? transfer.length : 0] = 0;
        if (found)
                print("Following %s\n", path);
        else if (is_named)
                print("Can't read %s, which the server named: %s.\n", path, transfer.error);
        return found;
}

void run_script(const struct options *options)
{
        static char line[LINE_MOST];
        if (!fetch_script())
                return;
        for (char *at = script; *at;) {
                char *end = at;
                while (*end && *end != '\n' && *end != '\r')
                        end++;
                bool is_last = !*end;
                *end = 0;
                at = skip_blanks(at);
                if (*at && *at != '#') {
                        print("NetBoot> %s\n", at);
                        if (strlen(at) >= sizeof line) {
                                print("The line is too long.\n");
                                return;
                        }
                        memcpy(line, at, strlen(at) + 1);
                        remember_line(line);
                        if (!run_command(line, options))
                                return;
                }
                at = is_last ? end : end + 1;
        }
}
