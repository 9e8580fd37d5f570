using R1Pipeline.Data.Chat.Jinja;

namespace R1Pipeline.Tests.Data.Chat.Jinja;

/// <summary>A template that would loop, recurse, nest or grow without end gives an error.</summary>
public class BoundsTests
{
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
        { "{{ ('a' * 100000).replace('', 'b' * 10000) }}", "does not come to an end" },
        { "{{ ('a' * 100000) | replace('a', 'b' * 10000) }}", "does not come to an end" },
        { "{{ (['a' * 1000000] * 1000) | join('b' * 1000000) }}", "does not come to an end" },
        { "{{ ('a\n' * 100000) | indent(1000) }}", "does not come to an end" },
        { "{% for i in range(1000) %}{{ 'x' * 31000 }}{% endfor %}", "does not come to an end" },
        { "{% set ns = namespace(d=[1]) %}{% for i in range(40) %}{% set ns.d = [ns.d, ns.d] %}{% endfor %}{{ ns.d | tojson }}", "does not come to an end" },
        { "{% set ns = namespace(d=[1]) %}{% for i in range(40) %}{% set ns.d = [ns.d, ns.d] %}{% endfor %}{{ ns.d }}", "does not come to an end" },
        { "{% set s = 'x' * 4000000 %}{% set ns = namespace(l=[]) %}{% for i in range(1000) %}{% set ns.l = ns.l + [s[1:]] %}{% endfor %}", "does not come to an end" },
        { "{% set s = 'x' * 4000000 %}{% set ns = namespace(l=[]) %}{% for i in range(1000) %}{% set ns.l = ns.l + [s | upper] %}{% endfor %}", "does not come to an end" },
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
}
