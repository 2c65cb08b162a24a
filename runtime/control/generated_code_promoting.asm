; generated_code_promoting.asm: slow paths of inline arithmetic that promotes to BigInt.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

        SLOW    add_promoting, subtract_promoting, multiply_promoting, inc_promoting, dec_promoting

section .note.GNU-stack noalloc noexec nowrite progbits
