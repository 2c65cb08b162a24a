; generated_code_reuse.asm: an object that dies, emptied, so that generated code may write another one into it.
; In:   r11: any value, owned.
; Out:  r11: the object, with one owner and nil in every slot, if it is a vector or a list's cell that nobody else had; else nil. Every
;       other register is kept.

%include "runtime/control/generated_code.inc"

%macro SHELL 2
extern %2
FUNCTION %1
        test    r11b, 3
        jnz     near .none
        cmp     dword [r11], 1
        jne     near .drop
        push    rax
        push    rcx
        push    rdx
        lea     rdx, [r11+8]            ; its slots
        movzx   ecx, byte [r11+KIND]
        cmp     ecx, KIND_VECTOR
        je      short .slots
        add     rdx, 8
        sub     ecx, KIND_LIST
        cmp     ecx, KIND_CONS-KIND_LIST
        ja      short .other
.slots: movzx   ecx, word [r11+NUMBER_OF_SLOTS]
.next:  dec     ecx
        js      short .done
        mov     rax, [rdx+rcx*8]
        mov     qword [rdx+rcx*8], NIL
        test    al, 3
        jnz     short .next
        push    r11
        sub     rsp, 8                  ; the stack is aligned
        mov     r11, rax
        call    %2
        add     rsp, 8
        pop     r11
        jmp     short .next
.done:  pop     rdx
        pop     rcx
        pop     rax
        ret
.other: pop     rdx
        pop     rcx
        pop     rax
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
