// refused: HintError, line 9
// A hint is Python from outside: only registered texts have an implementation.
%builtins output

func main{output_ptr: felt*}() {
    alloc_locals;
    local x;
    %{ memory[fp] = 3 %}
    [ap] = 4, ap++;
    return ();
}
