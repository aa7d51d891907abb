namespace Rowhouse.Client.Http;

/// <summary>The token of whoever signed in, shared by all of one client's callers. The client's <see cref="HttpClient"/> is others' too, and its default headers must not change while requests run.</summary>
internal sealed class BearerToken
{
    private volatile string? value;

    public string? Value
    {
        get => value;
        set => this.value = value;
    }
}
