#include "pxe.h"
#include "string.h"

/* Zero for success, and never zero for a failure: some firmware fails without a reason. */
static uint16_t status_of(uint16_t exit, uint16_t status)
{
        return exit == PXENV_EXIT_SUCCESS ? 0 : status ? status : exit;
}

/* False when it does not fit, which no shortened name would say. */
static bool set_name(char field[128], const char *file)
{
        size_t length = strlen(file);
        if (length >= 128)
                return false;
        memcpy(field, file, length + 1);
        return true;
}

enum { STATUS_BAD_PARAMETER = 0x01 };

uint16_t pxe_tftp_size(uint32_t server, uint32_t gateway, const char *file, uint32_t *size)
{
        struct tftp_get_fsize call = { .server = server, .gateway = gateway };
        if (!set_name(call.file, file))
                return STATUS_BAD_PARAMETER;
        uint16_t exit = pxe_call(PXENV_TFTP_GET_FSIZE, &call, sizeof call);
        *size = call.size;
        return status_of(exit, call.status);
}

uint16_t pxe_tftp_open(uint32_t server, uint32_t gateway, const char *file, uint16_t *block_size)
{
        enum { TFTP_PORT = 69 };
        struct tftp_open call = { .server = server, .gateway = gateway, .port = TFTP_PORT << 8 };
        if (!set_name(call.file, file))
                return STATUS_BAD_PARAMETER;
        call.packet_size = *block_size < LOW_DATA_SIZE ? *block_size : LOW_DATA_SIZE;
        uint16_t exit = pxe_call(PXENV_TFTP_OPEN, &call, sizeof call);
        *block_size = call.packet_size;
        return status_of(exit, call.status);
}

uint16_t pxe_tftp_read(void *block, uint16_t *size)
{
        struct tftp_read call = { .buffer = low_pointer(LOW_DATA) };
        uint16_t exit = pxe_call(PXENV_TFTP_READ, &call, sizeof call);
        *size = call.size < LOW_DATA_SIZE ? call.size : LOW_DATA_SIZE;
        if (exit == PXENV_EXIT_SUCCESS)
                memcpy(block, low_address(LOW_DATA), *size);
        return status_of(exit, call.status);
}

void pxe_tftp_close(void)
{
        uint16_t status = 0;
        pxe_call(PXENV_TFTP_CLOSE, &status, sizeof status);
}
