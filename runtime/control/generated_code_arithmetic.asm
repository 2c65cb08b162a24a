; generated_code_arithmetic.asm: slow paths of inline arithmetic.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

%define GROUP arithmetic
%include "runtime/control/slow_paths.def"

section .note.GNU-stack noalloc noexec nowrite progbits
