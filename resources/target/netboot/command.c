#include "command.h"
#include "../net/network.h"
#include "../pxe/clock.h"
#include "../pxe/console.h"
#include "../pxe/io.h"
#include "../pxe/string.h"
#include "boot.h"
#include "keys.h"
#include "line.h"
#include "resident.h"

static const char help[] =
        "Type the name of a kernel to boot it:\n"
        "  [protocol@]host:/directory/file [arguments]\n"
        "The protocol is nfs (which nfs2 and nfs3 narrow down) or tftp; nfs is meant if none is named.\n"
        "Arguments are for the program. With a -- among them, those in front of it are for its\n"
        "start-up code; -h and -f there take away the -h or -f that NetBoot itself was booted with.\n"
        "Modules follow, each after a --- of its own:\n"
        "  host:/directory/kernel arguments --- host:/directory/module arguments\n"
        "Other commands:\n"
        "  help or ?         this\n"
        "  !!                the last line once more\n"
        "  loop N host:...   boot a kernel N times, again each time it returns\n"
        "  wait N            wait N seconds for a key\n"
        "  quit or exit      leave NetBoot\n";

/* Boots NetBoot's own caller, the machine's next boot device, or the machine. */
static void __attribute__((noreturn)) leave(const struct options *options)
{
        console_leave();
        network_close();
        if (options->return_address)
                ((void (*)(void))options->return_address)();
        if (origin.firmware)
                origin.firmware->exit(PXENV_EXIT_SUCCESS);
        /* The keyboard controller's reset line; and a triple fault, should there be none. */
        out8(0x64, 0xfe);
        wait_milliseconds(100);
        __asm__ volatile("lidt %0; int3" : : "m"(*(const char(*)[6]) "\0\0\0\0\0\0"));
        __builtin_unreachable();
}

/* The text behind `word` and blanks, if the line begins with that word; else a null pointer. */
static char *after(char *line, const char *word)
{
        size_t length = strlen(word);
        if (strncmp(line, word, length) != 0 || (line[length] && line[length] != ' ' && line[length] != '\t'))
                return NULL;
        return skip_blanks(line + length);
}

/* Reads a number, and goes behind it. */
static bool take_number(char **text, uint32_t *value)
{
        char *start = *text;
        for (*value = 0; **text >= '0' && **text <= '9'; ++*text)
                *value = *value * 10 + (uint32_t)(**text - '0');
        bool there = *text != start && (!**text || **text == ' ' || **text == '\t');
        *text = skip_blanks(*text);
        return there;
}

static bool loop(char *text, const struct options *options)
{
        static char line[LINE_MOST];
        uint32_t times;
        if (!take_number(&text, &times) || !times || !*text) {
                print("Bad command line, type \"help\" for help.\n");
                return false;
        }
        key_was_pressed(); /* what was before does not count */
        for (uint32_t run = 1; run <= times; run++) {
                print("Run %u of %u\n", run, times);
                memcpy(line, text, strlen(text) + 1); /* booting takes it apart */
                if (!boot(line, options))
                        return false;
                if (run < times && key_was_pressed()) {
                        print("Stopped by a key after %u of %u runs.\n", run, times);
                        return false;
                }
        }
        return true;
}

static bool wait(char *text)
{
        uint32_t seconds;
        if (!take_number(&text, &seconds) || *text || seconds > 1000000) {
                print("Bad command line, type \"help\" for help.\n");
                return false;
        }
        key_was_pressed(); /* what was before does not count */
        print("Press a key within %u seconds for the prompt.\n", seconds);
        uint32_t start = milliseconds();
        struct datagram ignored;
        while (milliseconds() - start < seconds * 1000) {
                if (key_was_pressed())
                        return false;
                udp_poll(0, &ignored);
        }
        return true;
}

bool run_command(char *line, const struct options *options)
{
        char *text;
        if (strcmp(line, "quit") == 0 || strcmp(line, "exit") == 0)
                leave(options);
        if (strcmp(line, "help") == 0 || strcmp(line, "?") == 0) {
                print("%s", help);
                return true;
        }
        if ((text = after(line, "loop")))
                return loop(text, options);
        if ((text = after(line, "wait")))
                return wait(text);
        return boot(line, options);
}
