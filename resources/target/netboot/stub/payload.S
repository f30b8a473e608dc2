/* The program as it is linked at 1 MB, as a gzip file. */
        .section .payload, "a"
        .globl  payload, payload_end
payload: .incbin PAYLOAD
payload_end:

        .section .note.GNU-stack, "", @progbits
