using Npgsql;
using R1Pipeline.Orchestration;
using R1Pipeline.Orchestration.Stores.Postgres;

namespace R1Pipeline.Tests.Orchestration;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("Host=db.example;Database=r1;Username=ann;Password=s3cret")]
    [InlineData("postgres://ann:s3cret@db.example/r1")]
    [InlineData("postgresql://ann:s3cret@db.example:5432/r1")]
    [InlineData("postgres://db.example/r1?user=ann&password=s3cret")]
    public void Parse_EveryForm_IsTheSameDatabaseAndShowsNoPassword(string text)
    {
        PostgresAddress address = PostgresAddress.Parse(text);

        var read = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        Assert.Equal(("db.example", 5432, "r1", "ann", "s3cret"), (read.Host, read.Port, read.Database, read.Username, read.Password));
        Assert.Equal("r1 on db.example:5432", address.ToString());
        Assert.Equal("r1", address.Schema);
    }

    [Fact]
    public void Parse_EscapedPartsOfAUrl_AreUnescaped()
    {
        PostgresAddress address = PostgresAddress.Parse("postgres://an%40n:p%3Ass%2Fword@db.example/r%201?search_path=team&sslmode=verify-full");

        var read = new NpgsqlConnectionStringBuilder(address.ConnectionString);
        Assert.Equal(("an@n", "p:ss/word", "r 1", SslMode.VerifyFull), (read.Username, read.Password, read.Database, read.SslMode));
        Assert.Equal("team", address.Schema);
    }

    [Theory]
    [InlineData("Host=db;Username=ann", GssEncryptionMode.Disable)]
    [InlineData("postgres://ann@db/r1", GssEncryptionMode.Disable)]
    [InlineData("Host=db;Username=ann;GSS Encryption Mode=Prefer", GssEncryptionMode.Prefer)]
    [InlineData("postgres://ann@db/r1?gssencmode=require", GssEncryptionMode.Require)]
    public void Parse_Kerberos_IsAskedForOnlyWhereTheStringNamesIt(string text, GssEncryptionMode expected)
    {
        Assert.Equal(expected, new NpgsqlConnectionStringBuilder(PostgresAddress.Parse(text).ConnectionString).GssEncryptionMode);
    }

    [Theory]
    [InlineData("Host=db;Password=s3cret;Pass word=s3cret", "cannot be read")]
    [InlineData("Database=r1;Password=s3cret", "names no host")]
    [InlineData("postgres://ann:s3cret@db/r1?colour=s3cret", "'colour'")]
    [InlineData("s3cret", "cannot be read")]
    public void Parse_Unusable_IsRefusedWithoutQuotingIt(string text, string says)
    {
        RunRefusedException refused = Assert.Throws<RunRefusedException>(() => PostgresAddress.Parse(text));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.Message, StringComparison.Ordinal);
    }
}
