using R1Pipeline.Data.Chat.Jinja;

namespace R1Pipeline.Tests.Data.Chat.Jinja;

/// <summary>A template that would loop, recurse, nest or grow without end gives an error.</summary>
public class BoundsTests
{
    private const string Shared = "{% set ns = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set ns.a = [ns.a, ns.a] %}{% set ns.b = [ns.b, ns.b] %}{% endfor %}";
    private const string Deep = "{% set ns = namespace(a=[], b=[]) %}{% for i in range(90000) %}{% set ns.a = [[[[ns.a]]]] %}{% set ns.b = [[[[ns.b]]]] %}{% endfor %}";
    private const string Long = "{% set s = 'x' * 2000000 %}{% set t = 'x' * 1999999 ~ 'y' %}{% for i in range(100000) %}";

    public static TheoryData<string, string> Endless { get; } = new()
    {
        { "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}", "does not come to an end" },
        { "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "does not come to an end" },
        { "{% set ns = namespace(x='xxxxxxxx') %}{% for a in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}", "does not come to an end" },
        { "{% set ns = namespace(x=[1]) %}{% for a in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}", "does not come to an end" },
        { "{{ 'x' * 9000000000 }}", "does not come to an end" },
        { "{{ [1] * 100000000 }}", "does not come to an end" },
        { "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "too deeply" },
        { "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}", "too deeply" },
        { "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "too deeply" },
        { "{{ " + new string('(', 200_000) + "1" + new string(')', 200_000) + " }}", "too deeply" },
        { "{{ " + string.Concat(Enumerable.Repeat("not ", 200_000)) + "1 }}", "too deeply" },
        { "{{ 1" + string.Concat(Enumerable.Repeat(" + 1", 200_000)) + " }}", "too deeply" },
        { string.Concat(Enumerable.Repeat("{% if true %}", 50_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 50_000)), "too deeply" },
        { "{{ range(1000000000) }}", "Range too big" },
        { "{{ 2 ** 4000 }}", "64 bits" },
        { "{{ 9007199254740993 / 3 }}", "53 bits" },
        { "{{ (-8) ** 0.5 }}", "complex numbers are not supported" },
        { "{{ ('a' * 100000).replace('', 'b' * 10000) }}", "does not come to an end" },
        { "{{ ('a' * 100000) | replace('a', 'b' * 10000) }}", "does not come to an end" },
        { "{{ (['a' * 1000000] * 1000) | join('b' * 1000000) }}", "does not come to an end" },
        { "{{ ('a\n' * 100000) | indent(1000) }}", "does not come to an end" },
        { "{% for i in range(1000) %}{{ 'x' * 31000 }}{% endfor %}", "does not come to an end" },
        { "{% set ns = namespace(d=[1]) %}{% for i in range(40) %}{% set ns.d = [ns.d, ns.d] %}{% endfor %}{{ ns.d | tojson }}", "does not come to an end" },
        { "{% set ns = namespace(d=[1]) %}{% for i in range(40) %}{% set ns.d = [ns.d, ns.d] %}{% endfor %}{{ ns.d }}", "does not come to an end" },
        { "{% set s = 'x' * 2000000 %}{% set ns = namespace(l=[]) %}{% for i in range(1000) %}{% set ns.l = ns.l + [s[1:]] %}{% endfor %}", "does not come to an end" },
        { "{% set s = 'x' * 2000000 %}{% set ns = namespace(l=[]) %}{% for i in range(1000) %}{% set ns.l = ns.l + [s | upper] %}{% endfor %}", "does not come to an end" },
        { Shared + "{{ ns.a == ns.b }}", "does not come to an end" },
        { Shared + "{{ ns.a < ns.b }}", "does not come to an end" },
        { Shared + "{{ ns.a in [ns.b] }}", "does not come to an end" },
        { Shared + "{{ ns.a is eq ns.b }}", "does not come to an end" },
        { Shared + "{{ [ns.a].index(ns.b) }}", "does not come to an end" },
        { Shared + "{{ [ns.a].count(ns.b) }}", "does not come to an end" },
        { Shared + "{{ [ns.a, ns.b] | sort }}", "does not come to an end" },
        { Shared + "{{ [ns.a, ns.b] | max }}", "does not come to an end" },
        { Shared + "{{ {'a': ns.a} == {'a': ns.b} }}", "does not come to an end" },
        { Shared + "{% for x in [ns.a, ns.b] %}{{ loop.changed(x) }}{% endfor %}", "does not come to an end" },
        { "{% set ns = namespace(a=()) %}{% for i in range(60) %}{% set ns.a = (ns.a, ns.a) %}{% endfor %}{{ {ns.a: 1} }}", "tuple of tuples" },
        { "{{ {(1,) * 100: 1} }}", "tuple of tuples" },
        { "{{ {([],): 1} }}", "unhashable type: 'list'" },
        { Deep + "{{ ns.a == ns.b }}", "too deeply" },
        { Deep + "{{ [ns.a, ns.b] | sort }}", "too deeply" },
        { Long + "{{ 'y' in s }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s == t }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s < t }}{% endfor %}", "does not come to an end" },
        { Long + "{{ {s: 1}[t] }}{% endfor %}", "does not come to an end" },
        { Long + "{{ {'a': 1}.get(s) }}{% endfor %}", "does not come to an end" },
        { Long + "{{ {'a': 1} is eq {s: 1} }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s[5] }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s[5:6] }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s | length }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s[::-1] | length }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s.swapcase() | length }}{% endfor %}", "does not come to an end" },
        { Long + "{{ '%.5s' % s }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s is lower }}{% endfor %}", "does not come to an end" },
        { Long + "{{ s.find('y') }}{% endfor %}", "does not come to an end" },
        { Long + "{{ t.startswith((s, s, s)) }}{% endfor %}", "does not come to an end" },
        { Long + "{{ [1][s] }}{% endfor %}", "does not come to an end" },
        { "{% set f = ('x' * 2000000).isupper %}{% for i in range(100000) %}{{ f() }}{% endfor %}", "does not come to an end" },
        { "{{ ('a' * 500000 ~ 'b' ~ 'a' * 500000) in ('a' * 2000000) }}", "does not come to an end" },
        { "{{ ('a' * 2000000).split('a' * 500000 ~ 'b' ~ 'a' * 500000) }}", "does not come to an end" },
        { "{{ ('a' * 2000000) | replace('a' * 500000 ~ 'b' ~ 'a' * 500000, '') }}", "does not come to an end" },
        { "{{ ('b' * 1000000).join(['a'] * 1000) }}", "does not come to an end" },
        { "{{ ('%1000000d' * 1000) % ((1,) * 1000) }}", "does not come to an end" },
        { "{{ strftime_now('%A' * 1000000) }}", "does not come to an end" },
        { "{{ (['X' * 2000000] * 1000) | sort | length }}", "does not come to an end" },
        { "{{ (['X' * 2000000] * 1000) | unique | list | length }}", "does not come to an end" },
        { "{{ (['x' * 2000000] * 1000) | map('upper') | list | length }}", "does not come to an end" },
        { "{{ [1] | batch(2000000000, 0) | list | length }}", "does not come to an end" },
        { "{{ " + new string('a', 2000) + " }}", "at most 1024" },
        { "{{ {'a': 1, 2: 3} | tojson(sort_keys=true) }}", "not supported between" },
        { "{{ [1, 'a', none] | sort }}", "not supported between" },
        { "{{ {'a': 1, 2: 3} | dictsort }}", "not supported between" },
        { "{% set x = range(30000) | list %}{% for a in range(30000) %}{% set y = x | sort %}{% endfor %}", "does not come to an end" },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public void Render_WithoutEnd_IsAnError(string template, string said)
    {
        var error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse(template).Render(new Dictionary<string, object?>(), DateTime.UnixEpoch));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_SplitOfALongText_TakesOnePass() =>
        Assert.Equal("1000000", JinjaTemplate.Parse("{{ ('a ' * 1000000).split() | length }}").Render(new Dictionary<string, object?>(), DateTime.UnixEpoch));

    [Fact]
    public void Render_SplitFromTheRightAndSetOfCharacters_TakeOnePass()
    {
        const string Template = "{{ ('a,' * 1000000).rsplit(',', 900000) | length }} {{ ('a' * 1000000).strip('b' * 1000000 ~ 'a') }}";
        Assert.Equal("900001 ", JinjaTemplate.Parse(Template).Render(new Dictionary<string, object?>(), DateTime.UnixEpoch));
    }

    [Theory]
    [InlineData("{{ 'a😀中' | reverse }} {{ 'a😀中'[::-1] }} {{ 'a😀中'[1:2] }} {{ 'a😀中'[2] }} {{ 'a😀中'.find('中') }} {{ 'a😀中' | length }} {{ '%.2s' % 'a😀中' }}", "中😀a 中😀a 😀 中 2 3 a😀")]
    [InlineData("{{ 'ab CD' | capitalize }} {{ '' | capitalize }} {{ 'ab cD'.title() }} {{ 'ab-cD (eF' | title }} {{ 'aB'.swapcase() }} {{ ['a😀'] }} {{ 'abcdefghij' | truncate(5, true, '', 0) }}", "Ab cd  Ab Cd Ab-Cd (Ef Ab ['a😀'] abcde")]
    [InlineData("{{ range(0) == range(5, 5) }} {{ range(1, 2, 3) == range(1, 2) }} {{ range(3) == range(0, 3) }} {{ range(3) == range(1, 4) }} {{ range(0, 6, 2) == range(0, 6, 3) }}", "True True True False False")]
    [InlineData("{{ 'a b c d'.rsplit(' ', 2) }} {{ ', '.join(['a', 'b']) }} {{ ''.join([]) }}", "['a b', 'c', 'd'] a, b ")]
    [InlineData("{{ {(1, 'a'): 2}[(1, 'a')] }} {{ [3, 1, 2] | last }} {{ [3, 1, 2] | reverse | list }} {{ [1, 2, 3] | batch(2, 0) | list }}", "2 2 [2, 1, 3] [[1, 2], [3, 0]]")]
    [InlineData("{{ {'b': 1, 'a': {'d': 1, 'c': 2}} | tojson(sort_keys=true) }} {{ ['b', 'A'] | sort }} {{ [2, 1] | sort(reverse=true) }}", "{\"a\": {\"c\": 2, \"d\": 1}, \"b\": 1} ['A', 'b'] [2, 1]")]
    public void Render_WhatIsCharged_GivesWhatPythonGives(string template, string expected) =>
        Assert.Equal(expected, JinjaTemplate.Parse(template).Render(new Dictionary<string, object?>(), DateTime.UnixEpoch));

    [Fact]
    public void Parse_UnsupportedTag_IsNamedWithItsLine()
    {
        var error = Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("a\n{% if true %}\n  {% include 'other' %}\n{% endif %}"));
        Assert.Equal(3, error.Line);
        Assert.Contains("'include' is not supported", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_UnsupportedFilter_IsNamedWithItsLine()
    {
        JinjaTemplate template = JinjaTemplate.Parse("a\n\n{{ 'x' | pprint }}");
        var error = Assert.Throws<JinjaException>(() => template.Render(new Dictionary<string, object?>(), DateTime.UnixEpoch));
        Assert.Equal(3, error.Line);
        Assert.Contains("'pprint'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_GenerationTags_RenderTheirBody() =>
        Assert.Equal("a b c", JinjaTemplate.Parse("a {% generation %}{% set x = 'b' %}{{ x }}{% endgeneration %} c{{ x }}").Render(new Dictionary<string, object?>(), DateTime.UnixEpoch));

    [Fact]
    public void Parse_BreakOutOfGenerationTags_IsRefused() =>
        Assert.Contains("outside of any loop", Assert.Throws<JinjaException>(() => JinjaTemplate.Parse("{% for i in [1] %}{% generation %}{% break %}{% endgeneration %}{% endfor %}")).Message, StringComparison.Ordinal);
}
