using System.Text.RegularExpressions;

namespace Rowhouse.Tests.Server;

/// <summary>An operation of the document.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Method">How it is sent.</param>
/// <param name="Path">Where to.</param>
/// <param name="NeedsTenant">Whether it is about the tenant that is named.</param>
/// <param name="BodyType">What it takes.</param>
/// <param name="Queries">The names of what its query may give.</param>
internal sealed record ApiOperation(string Id, HttpMethod Method, string Path, bool NeedsTenant, string? BodyType, string[] Queries)
{
    /// <summary>Whether it gives a list, in several orders.</summary>
    public bool IsSorted => Queries.Contains("sort");

    /// <summary>Whether its good body names something that the estate owns.</summary>
    public bool NamesOthers => Id is "AddCard" or "ChangeCard";

    /// <summary>Whether it reads the catalogue, which is everybody's: an id of the victim's leads to nothing there.</summary>
    public bool IsShared => Path.Contains("/catalogue/", StringComparison.Ordinal) && !Path.Contains('{', StringComparison.Ordinal);

    /// <summary>Whether it is about something of the tenant that its path names.</summary>
    public bool IsWithinTenant => Regex.IsMatch(Path, @"^/api/(tenants|accounts)/\{\w+\}/(licenses|operations|outbox|products)", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>Whether it changes an event that was set aside, which then is no more.</summary>
    public bool ChangesEvent => Path.Contains("/outbox/{", StringComparison.Ordinal);

    /// <summary>Whether it changes an operation that has stopped, which then goes on.</summary>
    public bool ChangesOperation => Path.StartsWith("/api/operations/{", StringComparison.Ordinal) && Method != HttpMethod.Get;

    /// <summary>Whether it is about a store.</summary>
    public bool IsOnStore => Path.StartsWith("/api/stores/{", StringComparison.Ordinal);

    /// <summary>Whether after it nothing of the tenant can be asked for.</summary>
    public bool EndsTenant => Id.StartsWith("DeleteTenant", StringComparison.Ordinal) || RetriesTenant;

    /// <summary>Whether it sets up a product for which that failed.</summary>
    public bool RetriesProduct => Id.StartsWith("RetryProduct", StringComparison.Ordinal);

    /// <summary>Whether it makes the home of a tenant that has none.</summary>
    public bool RetriesTenant => Id is "RetryTenant" or "RetryTenantAccount";

    /// <summary>Its path with an id, or with two as <c>tenant/thing</c>; where it takes one that is the first.</summary>
    public string With(string id)
    {
        var ids = id.Split('/');
        var next = 0;
        return Regex.Replace(Path.Replace("{product}", "cardvault", StringComparison.Ordinal), @"\{\w+\}", _ => ids[Math.Min(next++, ids.Length - 1)], RegexOptions.None, TimeSpan.FromSeconds(1));
    }
}

/// <summary>What somebody owns of each kind.</summary>
internal sealed record Estate(TestTenant Tenant, string Domain, Guid Member, Guid Invited, Guid Collection, Guid Empty, Guid Card, Guid License, Guid Event, Guid Operation)
{
    public string[] Ids => [Tenant.Slug, Domain, .. new[] { Tenant.Id, Tenant.Admin.Id, Member, Invited, Empty, Collection, Card, Event, Operation }.Select(id => id.ToString()), $"{Tenant.Id}/{License}", $"{Tenant.Id}/{Event}"];
}
