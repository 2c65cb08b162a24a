; generated_code_division.asm: slow paths of quotients, remainders and moduli.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

%define GROUP division
%include "runtime/control/slow_paths.def"

section .note.GNU-stack noalloc noexec nowrite progbits
