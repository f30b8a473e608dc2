/* The options that NetBoot was booted with, and those that it passes on. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct options {
        bool serial;             /* -h: the serial port is the console, and the screen is not */
        bool fast;               /* -f: at 115200 baud instead of 9600 */
        uint32_t return_address; /* -retaddr, 0 without */
};

/* Of the serial port. Beside the screen, where nobody has asked for a speed, it has the fast one. */
uint32_t baud_of(const struct options *options);

/* Reads what is before `--` in our own command line. */
void read_options(const char *command_line, struct options *options);

/*
 * What a kernel is given: its name, where to return to, our own options, and what was typed. Without `--` all that
 * was typed is for the program; else what is before it is for its start-up code, and an option of ours in there takes
 * ours away.
 */
void write_arguments(char *into, uint32_t size, const struct options *options, const char *file, const char *typed);
