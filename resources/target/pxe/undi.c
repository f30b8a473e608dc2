#include "undi.h"
#include "pci.h"
#include "string.h"

/* An UNDI that was shut down starts when told which card is its own; what is not known is all ones. */
static bool start(uint16_t function)
{
        struct start_undi call = { .ax = function, .bx = 0xffff, .dx = 0xffff, .di = 0xffff, .es = 0xf000 };
        return pxe_call(PXENV_START_UNDI, &call, sizeof call) == PXENV_EXIT_SUCCESS;
}

static bool initialize(void)
{
        uint16_t status = 0;
        struct undi_initialize call = { 0 };
        return pxe_call(PXENV_UNDI_STARTUP, &status, sizeof status) == PXENV_EXIT_SUCCESS &&
               pxe_call(PXENV_UNDI_INITIALIZE, &call, sizeof call) == PXENV_EXIT_SUCCESS;
}

static bool information(struct undi_information *call)
{
        enum { ETHERNET = 1 };
        memset(call, 0, sizeof *call);
        return pxe_call(PXENV_UNDI_GET_INFORMATION, call, sizeof *call) == PXENV_EXIT_SUCCESS &&
               call->hardware_type == ETHERNET && call->address_length == 6;
}

static bool is_running(void)
{
        struct undi_information call;
        return information(&call);
}

static bool revive(void)
{
        for (uint32_t from = 0; from <= 0xffff; from++) {
                uint16_t function = (uint16_t)from;
                if (!pci_find_ethernet(&function))
                        return false;
                if (start(function) && initialize() && is_running())
                        return true;
                from = function;
        }
        return false;
}

static bool is_rom_id(const struct undi_rom_id *id)
{
        uint8_t sum = 0;
        if (memcmp(id->signature, "UNDI", 4) != 0)
                return false;
        for (int i = 0; i < id->length; i++)
                sum += ((const uint8_t *)id)[i];
        return sum == 0;
}

/* Calls the loader of the ROM at `rom` for one card. */
static bool load(const uint8_t *rom, const struct undi_rom_id *id, uint16_t function, uint32_t *base_memory_end)
{
        uint32_t code = (*base_memory_end - id->code_size) & ~15u;
        uint32_t data = (code - id->data_size) & ~15u;
        struct undi_loader *call = low_address(LOW_PARAMETERS);
        *call = (struct undi_loader){
                .ax = function,
                .bx = 0xffff,
                .dx = 0xffff,
                .di = 0xffff,
                .es = 0xf000,
                .data_segment = (uint16_t)(data >> 4),
                .code_segment = (uint16_t)(code >> 4),
        };
        struct far_pointer block = low_pointer(LOW_PARAMETERS);
        struct far_pointer loader = { id->loader, far_pointer(rom).segment };
        uint16_t words[3] = { 0, block.segment, block.offset };
        struct registers registers = { .edi = block.offset, .es = block.segment };
        far_call(loader, words, &registers);
        if ((registers.eax & 0xffff) != PXENV_EXIT_SUCCESS || !pxe_use(linear(call->bang_pxe)))
                return false;
        *base_memory_end = data;
        return true;
}

static bool load_from_rom(uint32_t *base_memory_end)
{
        enum { ROMS = 0xc0000, ROMS_END = 0xf0000, STEP = 2048 };
        for (uint32_t at = ROMS; at < ROMS_END; at += STEP) {
                const uint8_t *rom = (const uint8_t *)at;
                uint16_t offset = (uint16_t)(rom[0x16] | rom[0x17] << 8);
                const struct undi_rom_id *id = (const void *)(rom + offset);
                if (rom[0] != 0x55 || rom[1] != 0xaa || !offset || !is_rom_id(id))
                        continue;
                for (uint32_t from = 0; from <= 0xffff; from++) {
                        uint16_t function = (uint16_t)from;
                        if (!pci_find_ethernet(&function))
                                break;
                        if (load(rom, id, function, base_memory_end))
                                return is_running() || revive();
                        from = function;
                }
        }
        return false;
}

bool undi_find(const struct nbp_entry *entry, uint32_t *base_memory_end)
{
        if (pxe_find(entry) && (is_running() || revive()))
                return true;
        return (pxe_scan() && (is_running() || revive())) || load_from_rom(base_memory_end);
}

/* What the next PXENV_UNDI_ISR has to ask. PXE Specification 2.1, section 4.2.21. */
static uint16_t isr_function;

bool undi_open(uint8_t address[6])
{
        struct undi_information found;
        /* Firmware may have it open still, for other frames than we want. */
        undi_close();
        struct undi_open call = { .packet_filter = FILTER_DIRECTED | FILTER_BROADCAST };
        if (!information(&found) || pxe_call(PXENV_UNDI_OPEN, &call, sizeof call) != PXENV_EXIT_SUCCESS)
                return false;
        memcpy(address, found.address, 6);
        isr_function = ISR_IN_START;
        return true;
}

void undi_close(void)
{
        uint16_t status = 0;
        pxe_call(PXENV_UNDI_CLOSE, &status, sizeof status);
}

bool undi_pci_function(uint16_t *function)
{
        enum { ON_PCI = 2 };
        struct undi_nic_type call = { 0 };
        if (pxe_call(PXENV_UNDI_GET_NIC_TYPE, &call, sizeof call) != PXENV_EXIT_SUCCESS || call.type != ON_PCI)
                return false;
        *function = call.bus_device_function;
        return true;
}

bool undi_transmit(const void *frame, size_t length)
{
        struct undi_buffer_descriptor *descriptor = low_address(LOW_DATA);
        enum { FRAME = LOW_DATA + sizeof *descriptor };
        _Static_assert(FRAME + FRAME_SIZE <= LOW_SIZE, "a frame fits the low area");
        if (length > FRAME_SIZE)
                return false;
        memcpy(low_address(FRAME), frame, length);
        *descriptor = (struct undi_buffer_descriptor){ .length = (uint16_t)length, .data = low_pointer(FRAME) };
        struct undi_transmit call = { .buffer_descriptor = low_pointer(LOW_DATA) };
        return pxe_call(PXENV_UNDI_TRANSMIT, &call, sizeof call) == PXENV_EXIT_SUCCESS;
}

size_t undi_receive(void *frame, size_t size)
{
        /* A frame may come in pieces, with completed transmissions in between. */
        enum { MOST_STEPS = 32 };
        size_t length = 0;
        for (int steps = 0; steps < MOST_STEPS; steps++) {
                struct undi_isr call = { .function = isr_function };
                if (pxe_call(PXENV_UNDI_ISR, &call, sizeof call) != PXENV_EXIT_SUCCESS) {
                        isr_function = ISR_IN_START;
                        return 0;
                }
                if (isr_function == ISR_IN_START) {
                        if (call.function != ISR_OUT_OURS)
                                return 0;
                        isr_function = ISR_IN_PROCESS;
                        continue;
                }
                isr_function = ISR_IN_GET_NEXT;
                if (call.function == ISR_OUT_RECEIVE) {
                        size_t piece = call.buffer_length < size - length ? call.buffer_length : size - length;
                        memcpy((char *)frame + length, linear(call.frame), piece);
                        length += piece;
                        if (length >= call.frame_length || length == size)
                                return length;
                } else if (call.function == ISR_OUT_DONE) {
                        isr_function = ISR_IN_START;
                        return 0;
                }
        }
        return 0;
}
