#include "files.h"
#include "reserve.h"
#include "served.h"
#include "words.h"

enum { READ_FILE = 1, FILE_SIZE = 2, UNLOAD = 3 };
enum { SUCCESS, FAILED, INVALID };

struct operands {
        uint32_t status;
        char name[128];
        uint32_t size; /* of the buffer, then of the file */
        uint32_t buffer; /* only to read */
} __attribute__((packed));

static bool is_unloaded;

static uint32_t read_file(struct operands *operands)
{
        struct tftp file;
        if (!served_open(&file, operands->name, false))
                return FAILED;
        if (!reserve_is_free(operands->buffer, file.size != SIZE_UNKNOWN ? file.size : operands->size)) {
                fail("boot wants it at %s, where a machine of %u MB has no memory for it",
                     size_text(operands->buffer), reserve_total());
                served_refuse(&file, operands->name);
                return FAILED;
        }
        uint32_t length;
        if (!served_read(&file, operands->name, (void *)operands->buffer, operands->size, &length))
                return FAILED;
        operands->size = length;
        return SUCCESS;
}

static uint32_t file_size(struct operands *operands)
{
        struct tftp file;
        if (!served_open(&file, operands->name, false))
                return FAILED;
        tftp_leave(&file);
        operands->size = file.size;
        return file.size == SIZE_UNKNOWN ? FAILED : SUCCESS;
}

void files_call(struct frame *frame)
{
        struct operands *operands = linear((struct far_pointer){ (uint16_t)frame->ecx, (uint16_t)frame->edx });
        uint16_t command = (uint16_t)frame->ebx;
        if (command == UNLOAD && !is_unloaded) {
                is_unloaded = true;
                network_unload();
                return;
        }
        if (is_unloaded || (command != READ_FILE && command != FILE_SIZE)) {
                if (command != UNLOAD)
                        operands->status = INVALID;
                return;
        }
        operands->name[sizeof operands->name - 1] = 0;
        console_resume();
        operands->status = command == READ_FILE ? read_file(operands) : file_size(operands);
        console_leave();
}
