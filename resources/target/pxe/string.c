#include "string.h"
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t length)
{
        void *at = to;
        size_t words = length / 4;
        __asm__ volatile("rep movsl" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
        length &= 3;
        __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(length) : : "memory");
        return to;
}

void *memmove(void *to, const void *from, size_t length)
{
        if ((uintptr_t)to - (uintptr_t)from >= length)
                return memcpy(to, from, length);
        const char *last = (const char *)from + length - 1;
        char *at = (char *)to + length - 1;
        __asm__ volatile("std; rep movsb; cld" : "+D"(at), "+S"(last), "+c"(length) : : "memory");
        return to;
}

void *memset(void *to, int value, size_t length)
{
        void *at = to;
        size_t words = length / 4;
        uint32_t pattern = (uint8_t)value * 0x01010101u;
        __asm__ volatile("rep stosl" : "+D"(at), "+c"(words) : "a"(pattern) : "memory");
        length &= 3;
        __asm__ volatile("rep stosb" : "+D"(at), "+c"(length) : "a"(pattern) : "memory");
        return to;
}

int memcmp(const void *left, const void *right, size_t length)
{
        const uint8_t *one = left, *other = right;
        for (; length; length--, one++, other++)
                if (*one != *other)
                        return *one - *other;
        return 0;
}

size_t strlen(const char *text)
{
        size_t length = 0;
        while (text[length])
                length++;
        return length;
}

int strcmp(const char *left, const char *right)
{
        return strncmp(left, right, SIZE_MAX);
}

int strncmp(const char *left, const char *right, size_t length)
{
        for (; length; length--, left++, right++)
                if (*left != *right || !*left)
                        return (uint8_t)*left - (uint8_t)*right;
        return 0;
}

char *strchr(const char *text, char character)
{
        for (; *text; text++)
                if (*text == character)
                        return (char *)text;
        return NULL;
}
