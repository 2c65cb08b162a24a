; generated_code_reuse.asm: an object that dies, emptied, so that generated code may write another one into it.
; In:   r11: any value, owned.
; Out:  r11: the object, with one owner and nil in every slot, if it is a vector or a list's cell that nobody else had; else nil. Every
;       other register is kept.

%include "runtime/control/generated_code.inc"

; The slots of a List begin one word further on than the others'.
%macro SHELL 2
extern %2
FUNCTION %1
        test    r11b, 3
        jnz     near .none
        cmp     dword [r11], 1
        jne     near .drop
        cmp     byte [r11+KIND], KIND_VECTOR
        je      short .empty
        cmp     byte [r11+KIND], KIND_CONS
        je      short .empty
        cmp     byte [r11+KIND], KIND_LIST
        jne     near .drop
.empty: push    rax
        push    rcx
        movzx   ecx, word [r11+NUMBER_OF_SLOTS]
        cmp     byte [r11+KIND], KIND_LIST
        jne     short .next
        inc     ecx
.next:  dec     ecx
        js      short .done
        jnz     short .slot
        cmp     byte [r11+KIND], KIND_LIST
        je      short .done
.slot:
        mov     rax, [r11+8+rcx*8]
        test    al, 3
        jnz     short .clear
        mov     qword [r11+8+rcx*8], NIL
        push    r11
        mov     r11, rax
        call    %2                      ; 3 words were pushed: the stack is aligned
        pop     r11
        jmp     short .next
.clear: mov     qword [r11+8+rcx*8], NIL
        jmp     short .next
.done:  pop     rcx
        pop     rax
        ret
.drop:  sub     rsp, 8
        call    %2
        add     rsp, 8
.none:  mov     r11d, NIL
        ret
%1.end:
%endmacro
        SHELL   slisp_shell, slisp_drop_slow
        SHELL   slisp_shell_x, slisp_drop_slow_x

section .note.GNU-stack noalloc noexec nowrite progbits
