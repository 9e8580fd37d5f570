using System.Collections.Frozen;

namespace R1Pipeline.Rewards.Mathematics.Reading;

/// <summary>What LaTeX commands and names in programming notation stand for.</summary>
internal static class LatexCommands
{
    /// <summary>Commands that are one sign.</summary>
    public static readonly FrozenDictionary<string, string> Signs = Pairs("""
        cdot=* times=* ast=* bullet=* div=/ pm=± mp=∓ cup=∪ cap=∩ setminus=∖ backslash=∖ circ=° degree=° prime=' mid=| vert=| lvert=| rvert=| langle=(
        rangle=) lbrace=\{ rbrace=\} lbrack=[ rbrack=] lparen=( rparen=) lfloor=⌊ rfloor=⌋ lceil=⌈ rceil=⌉ colon=: land=and wedge=and lor=or vee=or
        """);

    /// <summary>Commands that are a relation.</summary>
    public static readonly FrozenDictionary<string, string> Relations = Pairs("""
        le=≤ leq=≤ leqslant=≤ leqq=≤ ge=≥ geq=≥ geqslant=≥ geqq=≥ lt=< gt=> ne=≠ neq=≠ approx=≈ simeq=≈ sim=≈ doteq=≈ in=∈ equiv=≡
        """);

    /// <summary>Commands with arguments.</summary>
    public static readonly FrozenDictionary<string, string> Structures = Pairs("""
        frac=frac dfrac=frac tfrac=frac cfrac=frac sqrt=sqrt binom=binom dbinom=binom tbinom=binom sum=sum prod=prod int=int iint=int oint=int lim=lim
        bmod=mod mod=mod pmod=pmod choose=choose
        """);

    /// <summary>Commands that change how something looks and nothing else.</summary>
    public static readonly FrozenSet<string> Looks = Set("""
        left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr quad qquad displaystyle textstyle limits nolimits boxed fbox mathbf
        boldsymbol bm vec hat widehat bar tilde overrightarrow underline mathcal mathscr mathfrak mathit mathsf mathtt ensuremath phantom hfill hline rm bf it
        nonumber space thinspace hspace mathop mathord mathbin mathrel
        """);

    /// <summary>Commands around words.</summary>
    public static readonly FrozenSet<string> Texts = Set("""
        text textbf textit textrm textnormal texttt textsf mbox hbox mathrm operatorname
        """);

    /// <summary>Function names and what they are called here.</summary>
    public static readonly FrozenDictionary<string, string> Functions = Pairs("""
        sin=sin cos=cos tan=tan tg=tan cot=cot ctg=cot sec=sec csc=csc cosec=csc arcsin=arcsin arccos=arccos arctan=arctan arctg=arctan arccot=arccot
        asin=arcsin acos=arccos atan=arctan sinh=sinh cosh=cosh tanh=tanh ln=ln log=log lg=log exp=exp gcd=gcd lcm=lcm max=max min=min det=det arg=arg deg=deg
        abs=abs floor=floor ceil=ceil factorial=factorial
        """);

    /// <summary>Named symbols.</summary>
    public static readonly FrozenDictionary<string, string> Names = Pairs("""
        pi=π infty=∞ infinity=∞ oo=∞ alpha=α beta=β gamma=γ delta=δ epsilon=ε varepsilon=ε zeta=ζ eta=η theta=θ vartheta=θ iota=ι kappa=κ lambda=λ mu=μ nu=ν
        xi=ξ rho=ρ sigma=σ tau=τ upsilon=υ phi=φ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω ell=ℓ
        hbar=ħ emptyset=∅ varnothing=∅ ldots=… dots=… cdots=… dotsc=… vdots=… ddots=… angle=∠ triangle=△ imath=i partial=∂ nabla=∇ to=→ rightarrow=→ forall=∀
        exists=∃
        """);

    private static FrozenDictionary<string, string> Pairs(string table) =>
        Split(table).Select(pair => pair.Split('=')).ToFrozenDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static FrozenSet<string> Set(string table) => Split(table).ToFrozenSet(StringComparer.Ordinal);

    private static string[] Split(string table) => table.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
