#include "arguments.h"
#include "../pxe/console.h"
#include "../pxe/string.h"

/* In start.S. */
extern void return_address(void);

/* The next word of `*text`, which goes behind it. False at the end. */
static bool next_word(const char **text, const char **word, uint32_t *length)
{
        while (**text == ' ' || **text == '\t')
                ++*text;
        *word = *text;
        while (**text && **text != ' ' && **text != '\t')
                ++*text;
        *length = (uint32_t)(*text - *word);
        return *length != 0;
}

static bool is(const char *word, uint32_t length, const char *wanted)
{
        return length == strlen(wanted) && memcmp(word, wanted, length) == 0;
}

static uint32_t hexadecimal(const char *word, uint32_t length)
{
        uint32_t value = 0;
        for (uint32_t i = length > 2 && word[1] == 'x' ? 2 : 0; i < length; i++) {
                char digit = word[i];
                value = value << 4 | (uint32_t)(digit >= 'a' ? digit - 'a' + 10 : digit >= 'A' ? digit - 'A' + 10 : digit - '0');
        }
        return value;
}

uint32_t baud_of(const struct options *options)
{
        return options->serial && !options->fast ? 9600 : 115200;
}

void read_options(const char *text, struct options *options)
{
        const char *word;
        uint32_t length;
        memset(options, 0, sizeof *options);
        while (next_word(&text, &word, &length) && !is(word, length, "--")) {
                if (is(word, length, "-h"))
                        options->serial = true;
                else if (is(word, length, "-f"))
                        options->fast = true;
                else if (is(word, length, "-retaddr") && next_word(&text, &word, &length))
                        options->return_address = hexadecimal(word, length);
        }
}

void write_arguments(char *into, uint32_t size, const struct options *options, const char *file, const char *typed)
{
        bool serial = options->serial, fast = options->fast, divided = false;
        const char *word, *text = typed;
        uint32_t length;
        while (next_word(&text, &word, &length) && !divided)
                divided = is(word, length, "--");
        for (text = typed; divided && next_word(&text, &word, &length) && !is(word, length, "--");) {
                serial = serial && !is(word, length, "-h");
                fast = fast && !is(word, length, "-f");
        }
        uint32_t at = format_text(into, size, "%s -retaddr 0x%08x%s%s%s", file, (uint32_t)return_address,
                                  serial ? " -h" : "", fast ? " -f" : "", divided ? "" : " --");
        bool before = divided;
        for (text = typed; next_word(&text, &word, &length);) {
                if (before && is(word, length, "--"))
                        before = false;
                else if (before && ((options->serial && is(word, length, "-h")) || (options->fast && is(word, length, "-f"))))
                        continue;
                at += format_text(into + at, size - at, " ");
                for (uint32_t i = 0; i < length; i++)
                        at += format_text(into + at, size - at, "%c", word[i]);
        }
        format_text(into + at, size - at, " ");
}
