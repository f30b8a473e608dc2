/* Runs NetBoot's reassembly on this computer: packets come in and datagrams go out, each behind its length. */
#include "../../../resources/target/net/fragments.h"
#include "../../../resources/target/pxe/clock.h"
#include <stdio.h>
#include <stdlib.h>

static uint32_t now;

uint32_t milliseconds(void)
{
        return now;
}

/* Milliseconds that pass before it, and the length. */
struct arrival {
        uint32_t pause, length;
};

int main(void)
{
        struct arrival arrival;
        while (fread(&arrival, sizeof arrival, 1, stdin) == 1) {
                now += arrival.pause;
                /* Of its own size, so that a sanitizer sees what is read beyond it. */
                uint8_t *packet = malloc(arrival.length);
                if (fread(packet, 1, arrival.length, stdin) != arrival.length)
                        return 1;
                size_t length;
                const uint8_t *data = reassemble(packet, (packet[0] & 15) * 4u, arrival.length, &length);
                if (data) {
                        uint32_t told = (uint32_t)length;
                        fwrite(&told, sizeof told, 1, stdout);
                        fwrite(data, 1, length, stdout);
                }
                free(packet);
        }
        return 0;
}
