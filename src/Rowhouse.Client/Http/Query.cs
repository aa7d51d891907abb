using System.Globalization;
using System.Text;

namespace Rowhouse.Client.Http;

internal static class Query
{
    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>An address with those of the parameters that have a value.</summary>
    public static string Of(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var address = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is not null)
            {
                address.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
                separator = '&';
            }
        }

        return address.ToString();
    }
}
