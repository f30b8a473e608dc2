/* What a freestanding program must bring along, and the compiler calls by itself. */
#pragma once
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t length);
/* The two may overlap. */
void *memmove(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *left, const void *right, size_t length);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t length);
/* The first `character` of `text`, or a null pointer. */
char *strchr(const char *text, char character);
