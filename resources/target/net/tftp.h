/* Reading a file by TFTP with the options that make it quick. RFC 1350, 2347, 2348, 2349, 7440. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tftp_transfer {
        uint8_t *into;
        size_t room;
        /* Told after each window, `whole` 0 when the server does not say. True ends the transfer. */
        bool (*progress)(size_t done, size_t whole);
        /* Results: bytes received; and if it failed, why, in words, or an empty text when it was ended. */
        size_t length;
        char error[96];
};

bool tftp_read(uint32_t server, const char *file, struct tftp_transfer *transfer);
