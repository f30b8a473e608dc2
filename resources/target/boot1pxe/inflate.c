#include "inflate.h"
#include "../pxe/string.h"

enum { HAS_CRC = 1 << 1, HAS_EXTRA = 1 << 2, HAS_NAME = 1 << 3, HAS_COMMENT = 1 << 4 };
enum { STORED, FIXED, DYNAMIC };
enum { LONGEST_CODE = 15, LITERALS = 288, DISTANCES = 30, END_OF_BLOCK = 256 };

static struct {
        const uint8_t *at, *end;
        uint32_t bits;
        unsigned held;
        uint8_t *to, *start, *limit;
        bool is_damaged;
} state;

static uint32_t take(unsigned count)
{
        while (state.held < count) {
                if (state.at == state.end) {
                        state.is_damaged = true;
                        return 0;
                }
                state.bits |= (uint32_t)*state.at++ << state.held;
                state.held += 8;
        }
        uint32_t value = state.bits & ((1u << count) - 1);
        state.bits >>= count;
        state.held -= count;
        return value;
}

/* A canonical Huffman code (RFC 1951, section 3.2.2): how many codes of each length, and the symbols in order. */
struct code {
        uint16_t count[LONGEST_CODE + 1], symbol[LITERALS];
};

static void make_code(struct code *code, const uint8_t *lengths, unsigned symbols)
{
        uint16_t next[LONGEST_CODE + 1];
        memset(code->count, 0, sizeof code->count);
        for (unsigned i = 0; i < symbols; i++)
                code->count[lengths[i]]++;
        code->count[0] = 0;
        next[1] = 0;
        for (unsigned length = 1; length < LONGEST_CODE; length++)
                next[length + 1] = (uint16_t)(next[length] + code->count[length]);
        for (unsigned i = 0; i < symbols; i++)
                if (lengths[i])
                        code->symbol[next[lengths[i]]++] = (uint16_t)i;
}

static unsigned take_symbol(const struct code *code)
{
        int value = 0, first = 0, index = 0;
        for (unsigned length = 1; length <= LONGEST_CODE && !state.is_damaged; length++) {
                value |= (int)take(1);
                int count = code->count[length];
                if (value - count < first)
                        return code->symbol[index + (value - first)];
                index += count;
                first = (first + count) << 1;
                value <<= 1;
        }
        state.is_damaged = true;
        return END_OF_BLOCK;
}

static struct code literals, distances;

/* Section 3.2.5 */
static void unpack_codes(void)
{
        static const uint16_t length_base[] = { 3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258 };
        static const uint8_t length_bits[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                               2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
        static const uint16_t distance_base[] = { 1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                                  193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
        while (!state.is_damaged) {
                unsigned symbol = take_symbol(&literals);
                if (symbol == END_OF_BLOCK)
                        return;
                if (symbol < END_OF_BLOCK) {
                        if (state.to == state.limit)
                                break;
                        *state.to++ = (uint8_t)symbol;
                        continue;
                }
                symbol -= END_OF_BLOCK + 1;
                if (symbol >= sizeof length_bits)
                        break;
                uint32_t length = length_base[symbol] + take(length_bits[symbol]);
                unsigned far = take_symbol(&distances);
                if (far >= DISTANCES)
                        break;
                uint32_t distance = distance_base[far] + take(far < 2 ? 0 : far / 2 - 1);
                if (distance > (uint32_t)(state.to - state.start) || length > (uint32_t)(state.limit - state.to))
                        break;
                for (const uint8_t *from = state.to - distance; length; length--)
                        *state.to++ = *from++;
        }
        state.is_damaged = true;
}

/* Section 3.2.6 */
static void use_fixed_codes(void)
{
        uint8_t lengths[LITERALS];
        memset(lengths, 8, 144);
        memset(lengths + 144, 9, 112);
        memset(lengths + 256, 7, 24);
        memset(lengths + 280, 8, 8);
        make_code(&literals, lengths, LITERALS);
        memset(lengths, 5, DISTANCES);
        make_code(&distances, lengths, DISTANCES);
}

/* Section 3.2.7 */
static void read_codes(void)
{
        static const uint8_t order[] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
        uint8_t lengths[LITERALS + 32] = { 0 };
        unsigned literal_count = take(5) + 257, distance_count = take(5) + 1, order_count = take(4) + 4;
        for (unsigned i = 0; i < order_count; i++)
                lengths[order[i]] = (uint8_t)take(3);
        make_code(&literals, lengths, 19);
        for (unsigned i = 0; i < literal_count + distance_count && !state.is_damaged;) {
                unsigned symbol = take_symbol(&literals);
                uint8_t value = symbol < 16 ? (uint8_t)symbol : symbol == 16 && i ? lengths[i - 1] : 0;
                unsigned times = symbol < 16 ? 1 : symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
                if (times > literal_count + distance_count - i)
                        state.is_damaged = true;
                for (; times && !state.is_damaged; times--)
                        lengths[i++] = value;
        }
        if (literal_count > LITERALS || distance_count > DISTANCES)
                state.is_damaged = true;
        if (state.is_damaged)
                return;
        make_code(&literals, lengths, literal_count);
        make_code(&distances, lengths + literal_count, distance_count);
}

/* Section 3.2.4 */
static void copy_stored(void)
{
        state.bits = state.held = 0;
        uint32_t length = take(16);
        take(16); /* the same, inverted */
        if (length > (uint32_t)(state.end - state.at) || length > (uint32_t)(state.limit - state.to)) {
                state.is_damaged = true;
                return;
        }
        memcpy(state.to, state.at, length);
        state.at += length;
        state.to += length;
}

/* RFC 1952, section 2.3 */
static const uint8_t *skip_header(const uint8_t *file, const uint8_t *end)
{
        uint8_t flags = file[3];
        const uint8_t *at = file + 10;
        if (flags & HAS_EXTRA && end - at > 2)
                at += 2 + at[0] + at[1] * 256;
        for (unsigned text = HAS_NAME; text <= HAS_COMMENT; text <<= 1)
                if (flags & text)
                        while (at < end && *at++)
                                ;
        return flags & HAS_CRC ? at + 2 : at;
}

bool gunzip(const uint8_t *file, uint32_t length, uint8_t *to, uint32_t size)
{
        memset(&state, 0, sizeof state);
        state.end = file + length;
        state.at = skip_header(file, state.end);
        state.to = state.start = to;
        state.limit = to + size;
        if (state.at >= state.end || file[2] != 8)
                return false;
        bool is_last;
        do {
                is_last = take(1);
                switch (take(2)) {
                case STORED:
                        copy_stored();
                        break;
                case FIXED:
                        use_fixed_codes();
                        unpack_codes();
                        break;
                case DYNAMIC:
                        read_codes();
                        if (!state.is_damaged)
                                unpack_codes();
                        break;
                default:
                        state.is_damaged = true;
                }
        } while (!is_last && !state.is_damaged);
        return !state.is_damaged && state.to == state.limit;
}
