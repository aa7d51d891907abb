namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>
/// A pattern over the labels of a host: <c>{tenant}</c> is the label that names the tenant, <c>?</c> is any one label,
/// <c>*</c> any number of labels (at most one of them), everything else is itself.
/// </summary>
internal sealed class HostTemplate
{
    private const string TenantLabel = "{tenant}";
    private const string OneLabel = "?";
    private const string ManyLabels = "*";

    private readonly string[] head;
    private readonly string[] tail;
    private readonly bool open;

    // What stands behind the tenant, as far as it is of a certain length.
    private readonly string[] zone;

    // What follows the tenant, where that comes first and the rest is written out, as in most templates: that is told by one comparison.
    private readonly string? suffix;

    private HostTemplate(string[] head, string[] tail, bool open)
    {
        this.head = head;
        this.tail = tail;
        this.open = open;
        var end = open ? tail : head;
        zone = end[(Array.IndexOf(end, TenantLabel) + 1)..];
        suffix = !open && head[0] == TenantLabel && !zone.Contains(OneLabel) ? $".{string.Join('.', zone)}" : null;
    }

    public static HostTemplate Parse(string template)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(template);
        var labels = template.ToLowerInvariant().TrimEnd('.').Split('.');
        if (labels.Count(label => label == TenantLabel) != 1)
        {
            throw Wrong(template, "it has the label {tenant} exactly once");
        }

        if (labels.Count(label => label == ManyLabels) > 1)
        {
            throw Wrong(template, "it has at most one label *");
        }

        if (labels.Length == 1)
        {
            throw Wrong(template, "a host that is nothing but {tenant} would make a tenant of every name");
        }

        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is TenantLabel or OneLabel or ManyLabels)
            {
                continue;
            }

            // A label is a host name of one label, but for one that is a number.
            labels[i] = HostName.TryNormalise($"{labels[i]}.a", out var host) && host.Count(c => c == '.') == 1 ? host[..^2] : throw Wrong(template, $"'{labels[i]}' is no label of a host name");
        }

        var many = Array.IndexOf(labels, ManyLabels);
        return many < 0 ? new(labels, [], open: false) : new(labels[..many], labels[(many + 1)..], open: true);
    }

    /// <summary>Adds the tenant that a host names: by its label, where the host fits the template, else as a domain of the tenant's own.</summary>
    public void Read(ReadOnlyMemory<char> text, TenantMentions mentions)
    {
        if (!HostName.TryNormalise(text, out var host))
        {
            return;
        }

        // A reserved name is an address of the application's own, www.example.com say, and never a tenant that is unknown.
        if (TryMatch(host.Span, out var label) && !Slug.IsReserved(host[label].Span))
        {
            mentions.Add(IdentifierKind.Name, host[label]);
        }
        else
        {
            // A host outside the template may be a tenant's own domain; an unknown one is the application's own address.
            mentions.AddIfKnown(IdentifierKind.Host, host);
        }
    }

    /// <summary>Whether a host fits the template, is the domain that its tenants' hosts lie in, or lies anywhere in that.</summary>
    /// <param name="host">The host in its normal form.</param>
    public bool Covers(string host)
    {
        if (TryMatch(host, out _))
        {
            return true;
        }

        var labels = host.Split('.');
        return Array.Exists(zone, label => label != OneLabel)
            && labels.Length >= zone.Length
            && labels[^zone.Length..].Zip(zone).All(pair => pair.Second == OneLabel || pair.First == pair.Second);
    }

    /// <summary>Whether a host fits the template and names a tenant by another name than its slug: its id, or one that others gave it.</summary>
    /// <param name="text">The host, as somebody writes it.</param>
    /// <param name="tenant">The tenant that it names.</param>
    public bool NamesOtherwise(string text, Tenant tenant) =>
        HostName.TryNormalise(text.AsMemory(), out var host) && TryMatch(host.Span, out var label) && !host.Span[label].SequenceEqual(tenant.Slug.Value);

    /// <summary>Where the label is that names the tenant, if the host fits the template.</summary>
    private bool TryMatch(ReadOnlySpan<char> host, out Range tenant)
    {
        tenant = default;
        if (suffix is not null)
        {
            var end = host.Length - suffix.Length;
            tenant = ..Math.Max(end, 0);
            return end > 0 && host.EndsWith(suffix, StringComparison.Ordinal) && !host[..end].Contains('.');
        }

        var count = host.Count('.') + 1;
        if (open ? count < head.Length + tail.Length : count != head.Length)
        {
            return false;
        }

        var index = 0;
        foreach (var range in host.Split('.'))
        {
            var expected = index < head.Length ? head[index]
                : index >= count - tail.Length ? tail[index - (count - tail.Length)]
                : OneLabel;
            var label = host[range];
            index++;
            if (expected == TenantLabel)
            {
                tenant = range;
            }
            else if (expected != OneLabel && !label.SequenceEqual(expected))
            {
                return false;
            }
        }

        return true;
    }

    private static ArgumentException Wrong(string template, string rule) =>
        new($"'{template}' cannot be a host template: {rule}. An example is {{tenant}}.example.com.", nameof(template));
}
