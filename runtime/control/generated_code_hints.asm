; generated_code_hints.asm: slow paths of what ^long converts.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

%define GROUP hints
%include "runtime/control/slow_paths.def"

section .note.GNU-stack noalloc noexec nowrite progbits
