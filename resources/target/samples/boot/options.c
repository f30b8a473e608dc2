#include "options.h"
#include "../../pxe/string.h"

/* Where `wanted` ends, from `at` on; a null pointer when it is not there. */
static const uint8_t *behind(const uint8_t *at, const uint8_t *end, const char *wanted)
{
        uint32_t length = strlen(wanted);
        for (; at && at + length <= end; at++)
                if (!memcmp(at, wanted, length))
                        return at + length;
        return 0;
}

void option_text(const uint8_t *plist, uint32_t length, const char *key, char *text, uint32_t room)
{
        const uint8_t *end = plist + length;
        const uint8_t *at = behind(plist, end, key);
        if (at)
                at = behind(at, end, "</key>");
        if (at)
                at = behind(at, end, "<string>");
        while (at && at < end && *at != '<' && room-- > 1)
                *text++ = (char)*at++;
        *text = 0;
}
