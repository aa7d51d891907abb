using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>Which parameters a caller names: those below a path, and the one at it unless it ends with a slash.</summary>
/// <param name="Text">As the caller wrote it.</param>
/// <param name="At">The path; none where all are named.</param>
/// <param name="IncludesAt">Whether the parameter at the path is named too.</param>
internal sealed record ParameterScope(string Text, ParameterPath? At, bool IncludesAt)
{
    /// <summary>Reads what a caller wrote.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out ParameterScope? scope, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        problem = null;
        scope = null;
        if (text is "/")
        {
            scope = new(text, At: null, IncludesAt: false);
            return true;
        }

        var isBelow = text is [.., '/'];
        if (!ParameterPath.TryParse(isBelow ? text![..^1] : text, provider: null, out var at)) // it has a last character
        {
            problem = Refuse(isBelow ? text![..^1] : text); // the same
            return false;
        }

        scope = new(text!, at, IncludesAt: !isBelow); // it was read
        return true;
    }

    /// <summary>Refuses what is no path.</summary>
    public static ProblemHttpResult Refuse(string? text)
    {
        var errors = new FieldErrors();
        errors.Add("path", ParameterPath.Explain(text) ?? "This is not a path.");
        return errors.ToProblem();
    }

    public bool Covers(ParameterPath path) => At is not { } at || path.IsBelow(at) || (IncludesAt && path == at);

    /// <summary>Whether it names the parameters of all tenants.</summary>
    public bool CoversTenants => At is null || At == AccountParameters.Root;

    /// <summary>Whether it names parameters of the platform.</summary>
    public bool CoversPlatform => PlatformParameters.All.Any(known => Covers(known.Path));

    /// <summary>The one tenant some of whose parameters it names; none where it names all tenants' or none's.</summary>
    public TenantId? Tenant => At is { } at ? TenantOf(at) : null;

    public bool CoversTenant(TenantId tenant) => CoversTenants || Tenant == tenant;

    /// <summary>The tenant that a path is of: ids are written in one way.</summary>
    public static TenantId? TenantOf(ParameterPath path) =>
        path.IsBelow(AccountParameters.Root) && TenantId.TryParse(path.Levels[1], null, out var id) && id.Value.ToString() == path.Levels[1] ? id : null;
}
