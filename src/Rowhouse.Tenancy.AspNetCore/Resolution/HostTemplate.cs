using System.Globalization;
using System.Net;

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

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    private readonly string[] head;
    private readonly string[] tail;
    private readonly bool open;

    private HostTemplate(string[] head, string[] tail, bool open)
    {
        this.head = head;
        this.tail = tail;
        this.open = open;
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

            labels[i] = TryAscii(labels[i], out var ascii) && !ascii.Contains('.') ? ascii : throw Wrong(template, $"'{labels[i]}' is no label of a host name");
        }

        var many = Array.IndexOf(labels, ManyLabels);
        return many < 0 ? new(labels, [], open: false) : new(labels[..many], labels[(many + 1)..], open: true);
    }

    /// <summary>The label that names the tenant, where the host fits the template.</summary>
    public bool TryMatch(ReadOnlySpan<char> host, out ReadOnlySpan<char> tenant)
    {
        tenant = default;
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
            if (label.IsEmpty)
            {
                return false;
            }

            if (expected == TenantLabel)
            {
                tenant = label;
            }
            else if (expected != OneLabel && !label.SequenceEqual(expected))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A host as it is looked up: without port and trailing point, in lower case, by IDNA. None for an IP address or what is no host.</summary>
    public static bool TryNormalise(string? given, out string host)
    {
        host = "";
        if (string.IsNullOrEmpty(given))
        {
            return false;
        }

        var bare = given.AsSpan();
        if (bare[0] == '[')
        {
            return false;
        }

        if (bare.IndexOf(':') is >= 0 and var colon)
        {
            bare = bare[..colon];
        }

        if (bare is [.., '.'])
        {
            bare = bare[..^1];
        }

        return !bare.IsEmpty && !IPAddress.TryParse(bare, out _) && TryAscii(bare.Length == given.Length ? given : bare.ToString(), out host);
    }

    private static bool TryAscii(string text, out string ascii)
    {
        ascii = text.ToLowerInvariant();
        if (System.Text.Ascii.IsValid(ascii))
        {
            return ascii.Length > 0;
        }

        try
        {
            ascii = Idn.GetAscii(ascii).ToLowerInvariant();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static ArgumentException Wrong(string template, string rule) =>
        new($"'{template}' cannot be a host template: {rule}. An example is {{tenant}}.example.com.", nameof(template));
}
