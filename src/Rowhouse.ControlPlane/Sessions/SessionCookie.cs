using Microsoft.AspNetCore.Http;

namespace Rowhouse.ControlPlane.Sessions;

/// <summary>The console's session: a cookie of this host alone, that no script can read and no other site can send.</summary>
internal sealed class SessionCookie(ControlPlaneOptions options)
{
    // The prefix makes browsers refuse a cookie that is not Secure or belongs to more than this host.
    public string Name { get; } = options.SecureCookies ? "__Host-rowhouse-session" : "rowhouse-session";

    public string? Read(HttpRequest request) => request.Cookies[Name];

    public void Set(HttpResponse response, string secret, DateTimeOffset endsAt) => response.Cookies.Append(Name, secret, Attributes(endsAt));

    public void Remove(HttpResponse response) => response.Cookies.Append(Name, "", Attributes(DateTimeOffset.UnixEpoch));

    /// <summary>Whether the console itself sent the request: other sites can neither set the header nor forge their origin.</summary>
    public static bool IsFromConsole(HttpRequest request) =>
        request.Headers["X-Rowhouse-Request"] == "1"
        && request.Headers.Origin is [{ } origin]
        // The Host header as it came: an Origin is in punycode too, and Request.Host throws at what only looks like it.
        && string.Equals(origin, $"{request.Scheme}://{request.Headers.Host}", StringComparison.OrdinalIgnoreCase);

    private CookieOptions Attributes(DateTimeOffset expires) => new()
    {
        Expires = expires,
        HttpOnly = true,
        Secure = options.SecureCookies,
        SameSite = SameSiteMode.Strict,
        Path = "/",
        IsEssential = true,
    };
}
