namespace R1Pipeline.Rewards.Judging;

/// <summary>Reads a whole answer before anybody parses it, and no more than so much of it: a body without an end costs neither memory nor time.</summary>
/// <param name="inner">Who sends.</param>
/// <param name="maxBytes">Longest body.</param>
internal sealed class BoundedBodyHandler(HttpMessageHandler inner, int maxBytes) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            response.Content = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpContent> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            if (body.Length + count > maxBytes) throw new JudgeFailureException($"the endpoint's answer has more than {maxBytes} bytes", isTransient: false);
            body.Write(buffer, 0, count);
        }

        var whole = new ByteArrayContent(body.ToArray());
        foreach ((string name, IEnumerable<string> values) in content.Headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) whole.Headers.TryAddWithoutValidation(name, values);
        }

        return whole;
    }
}
