#include "line.h"
#include "../net/network.h"
#include "../pxe/console.h"
#include "../pxe/string.h"

enum { REMEMBERED = 16, CTRL_A = 1, CTRL_C = 3, CTRL_D = 4, CTRL_E = 5, CTRL_K = 11, CTRL_N = 14, CTRL_P = 16, CTRL_U = 21 };

/* The newest first, in a ring. */
static char history[REMEMBERED][LINE_MOST];
static unsigned newest, remembered;

static const char *line_before(unsigned age)
{
        return history[(newest + REMEMBERED - age) % REMEMBERED];
}

void remember_line(const char *line)
{
        if (!*line || (remembered && strcmp(line, last_line()) == 0))
                return;
        newest = (newest + 1) % REMEMBERED;
        if (remembered < REMEMBERED)
                remembered++;
        memcpy(history[newest], line, strlen(line) + 1);
}

const char *last_line(void)
{
        return remembered ? line_before(0) : "";
}

struct editor {
        char *line;
        unsigned length, cursor;
};

static void put_times(char character, unsigned times)
{
        while (times--)
                console_put(character);
}

/* Shows the line anew from `from` on, where the cursor is, over what was `before` characters long. */
static void redraw(const struct editor *editor, unsigned from, unsigned before)
{
        for (unsigned i = from; i < editor->length; i++)
                console_put(editor->line[i]);
        unsigned shown = editor->length;
        for (; shown < before; shown++)
                console_put(' ');
        put_times('\b', shown - editor->cursor);
}

static void move_to(struct editor *editor, unsigned cursor)
{
        while (editor->cursor > cursor) {
                console_put('\b');
                editor->cursor--;
        }
        while (editor->cursor < cursor)
                console_put(editor->line[editor->cursor++]);
}

static void insert(struct editor *editor, char character)
{
        if (editor->length + 1 >= LINE_MOST)
                return;
        memmove(editor->line + editor->cursor + 1, editor->line + editor->cursor, editor->length - editor->cursor);
        editor->line[editor->cursor++] = character;
        editor->length++;
        redraw(editor, editor->cursor - 1, editor->length);
}

static void delete(struct editor *editor)
{
        if (editor->cursor == editor->length)
                return;
        editor->length--;
        memmove(editor->line + editor->cursor, editor->line + editor->cursor + 1, editor->length - editor->cursor);
        redraw(editor, editor->cursor, editor->length + 1);
}

static void cut(struct editor *editor)
{
        unsigned before = editor->length;
        editor->length = editor->cursor;
        redraw(editor, editor->cursor, before);
}

static void replace(struct editor *editor, const char *text)
{
        move_to(editor, 0);
        cut(editor);
        editor->length = strlen(text);
        memcpy(editor->line, text, editor->length);
        move_to(editor, editor->length);
}

static void recall(struct editor *editor, unsigned *age, int step)
{
        /* An age of 0 is the line that is being typed, which begins empty. */
        unsigned wanted = *age + (unsigned)step;
        if (wanted > remembered)
                return;
        *age = wanted;
        replace(editor, wanted ? line_before(wanted - 1) : "");
}

/* Between two keys the card is looked after, so that a ping is answered at the prompt too. */
static int wait_for_key(void)
{
        struct datagram ignored;
        int key;
        while ((key = console_key()) == KEY_NONE)
                udp_poll(0, &ignored);
        return key;
}

void read_line(const char *prompt, char line[LINE_MOST])
{
        struct editor editor = { .line = line };
        unsigned age = 0;
        print("%s", prompt);
        for (;;) {
                int key = wait_for_key();
                switch (key) {
                case '\n':
                        move_to(&editor, editor.length);
                        print("\n");
                        line[editor.length] = 0;
                        remember_line(skip_blanks(line));
                        return;
                case '\b':
                        if (editor.cursor) {
                                move_to(&editor, editor.cursor - 1);
                                delete(&editor);
                        }
                        break;
                case KEY_DELETE:
                case CTRL_D:
                        delete(&editor);
                        break;
                case KEY_LEFT:
                        move_to(&editor, editor.cursor ? editor.cursor - 1 : 0);
                        break;
                case KEY_RIGHT:
                        move_to(&editor, editor.cursor < editor.length ? editor.cursor + 1 : editor.length);
                        break;
                case KEY_HOME:
                case CTRL_A:
                        move_to(&editor, 0);
                        break;
                case KEY_END:
                case CTRL_E:
                        move_to(&editor, editor.length);
                        break;
                case KEY_UP:
                case CTRL_P:
                        recall(&editor, &age, 1);
                        break;
                case KEY_DOWN:
                case CTRL_N:
                        if (age)
                                recall(&editor, &age, -1);
                        break;
                case CTRL_K:
                        cut(&editor);
                        break;
                case CTRL_C:
                case CTRL_U:
                        replace(&editor, "");
                        break;
                default:
                        if (key >= ' ' && key < 0x7f)
                                insert(&editor, (char)key);
                }
        }
}
