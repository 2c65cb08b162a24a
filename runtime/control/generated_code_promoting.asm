; generated_code_promoting.asm: slow paths of inline arithmetic that promotes to BigInt.
; Apart from the other stubs, so that a program links only what it calls.

%include "runtime/control/generated_code.inc"

%define GROUP promoting
%include "runtime/control/slow_paths.def"

section .note.GNU-stack noalloc noexec nowrite progbits
