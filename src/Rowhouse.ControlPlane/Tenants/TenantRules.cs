using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Plans;
using Rowhouse.Modules;
using Rowhouse.Modules.Http;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Tenants;

/// <summary>What a tenant may be called and set to. Looks at the request alone; who else has the same name is another question.</summary>
internal sealed partial class TenantRules(ControlPlaneOptions options, IEnumerable<Module> modules)
{
    private const int MaxExternalId = 200;

    private static readonly FrozenSet<string> Currencies = CultureInfo.GetCultures(CultureTypes.SpecificCultures)
        .Select(culture => new RegionInfo(culture.Name).ISOCurrencySymbol)
        .Where(currency => currency.Length == 3)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Checks what tenants get who ask for nothing.</summary>
    /// <exception cref="InvalidOperationException">A product is named that this installation does not have.</exception>
    public void CheckDefaults()
    {
        var known = modules.Select(module => module.Info.Name).ToList();
        if (options.DefaultProducts.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException($"Tenants__DefaultProducts names '{unknown}', and this installation has {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
        }
    }

    /// <summary>Checks a request and reads it. What is wrong is added to <paramref name="errors"/>, and the plan is then worth nothing.</summary>
    public TenantPlan Read(CreateTenantRequest request, FieldErrors errors)
    {
        errors.Check(request);
        if (request.Admin is { } admin)
        {
            errors.Check(admin, "admin");
        }

        var facts = ReadFacts(
            new()
            {
                Name = request.Name,
                MasterAccountName = request.MasterAccountName,
                Addresses = request.Addresses,
                TechnicalUser = request.TechnicalUser,
                TimeZone = request.TimeZone,
                Currency = request.Currency,
                Locale = request.Locale,
                DeletionProtection = request.DeletionProtection,
            },
            request.CloudType == TenantWords.Private,
            errors);
        return new()
        {
            Facts = facts,
            Slug = ReadSlug(request.Slug, facts.Name, errors),
            SlugIsGiven = request.Slug is not null,
            ExternalIds = ReadExternalIds(request, errors),
            Products = ReadProducts(request.Products, errors),
            PlanName = ReadPlan(request.Plan, errors),
            IsPrivate = ReadCloudType(request.CloudType, errors),
            Store = request.Store,
            Region = request.Region,
        };
    }

    /// <summary>Checks what a tenant is to become.</summary>
    public TenantFacts Read(ChangeTenantRequest request, bool isPrivate, FieldErrors errors)
    {
        errors.Check(request);
        return ReadFacts(request, isPrivate, errors);
    }

    private TenantFacts ReadFacts(ChangeTenantRequest request, bool isPrivate, FieldErrors errors)
    {
        var name = request.Name?.Trim() ?? "";
        if (name.Length == 0 && !errors.Has("name"))
        {
            errors.Add("name", "A name has at least one letter.");
        }

        return new()
        {
            Name = name,
            Account = AccountRules.Read(request, errors),
            TimeZone = ReadTimeZone(request.TimeZone, errors),
            Currency = ReadCurrency(request.Currency, errors),
            Locale = ReadLocale(request.Locale, errors),
            DeletionProtection = request.DeletionProtection ?? (isPrivate || options.DeletionProtection),
        };
    }

    public bool IsReserved(Slug slug) => options.ReservedSlugs.Contains(slug.Value, StringComparer.OrdinalIgnoreCase);

    private Slug? ReadSlug(string? given, string name, FieldErrors errors)
    {
        if (errors.Has("slug"))
        {
            return null;
        }

        if (given is null)
        {
            if (name.Length > 0 && Slug.FromName(name, out var made) && !IsReserved(made))
            {
                return made;
            }

            if (name.Length > 0)
            {
                errors.Add("slug", "No slug can be made from this name. Give one.");
            }

            return null;
        }

        if (Slug.Explain(given) is { } wrong)
        {
            errors.Add("slug", wrong);
            return null;
        }

        var slug = Slug.Parse(given, CultureInfo.InvariantCulture);
        if (IsReserved(slug))
        {
            errors.Add("slug", $"The slug '{slug}' is reserved.");
        }

        return slug;
    }

    private static List<string> ReadExternalIds(CreateTenantRequest request, FieldErrors errors)
    {
        List<string> read = [];
        foreach (var (index, given) in (request.ExternalIds ?? []).Index())
        {
            var value = Normalise(given);
            if (value is null)
            {
                errors.Add($"externalIds[{index}]", $"An external id has 1 to {MaxExternalId} letters, digits and marks of ASCII, without spaces.");
            }
            else if (read.Contains(value))
            {
                errors.Add($"externalIds[{index}]", "This value is given twice.");
            }
            else
            {
                read.Add(value);
            }
        }

        return read;
    }

    /// <summary>An external id as requests are looked up by: in lower case.</summary>
    private static string? Normalise(string? given) =>
        given is { Length: > 0 and <= MaxExternalId } && given.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0
            ? given.ToLowerInvariant()
            : null;

    private List<string> ReadProducts(IReadOnlyList<string>? given, FieldErrors errors)
    {
        var known = modules.Select(module => module.Info.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (index, product) in (given ?? []).Index())
        {
            if (product is null || !known.Contains(product))
            {
                errors.Add($"products[{index}]", $"There is no such product. This installation has {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
            }
        }

        return [.. (given ?? options.DefaultProducts).Where(known.Contains).Distinct(StringComparer.Ordinal)];
    }

    private static string ReadPlan(string? given, FieldErrors errors)
    {
        if (given is not null && !errors.Has("plan") && PlanCatalogue.Explain(given) is { } wrong)
        {
            errors.Add("plan", wrong);
        }

        return given ?? PlanCatalogue.Default;
    }

    private static string ReadTimeZone(string? given, FieldErrors errors)
    {
        if (given is null)
        {
            return "Etc/UTC";
        }

        if (!errors.Has("timeZone") && (!ZoneName().IsMatch(given) || !TimeZoneInfo.TryFindSystemTimeZoneById(given, out var zone) || !zone.HasIanaId))
        {
            errors.Add("timeZone", "A time zone is an IANA name such as America/New_York.");
        }

        return given;
    }

    private static string ReadCurrency(string? given, FieldErrors errors)
    {
        if (given is null)
        {
            return "USD";
        }

        if (!errors.Has("currency") && !Currencies.Contains(given))
        {
            errors.Add("currency", "A currency is an ISO 4217 code such as USD.");
        }

        return given;
    }

    private static string ReadLocale(string? given, FieldErrors errors)
    {
        if (given is null)
        {
            return "en";
        }

        if (errors.Has("locale"))
        {
            return given;
        }

        try
        {
            if (given.Length > 0)
            {
                return CultureInfo.GetCultureInfo(given, predefinedOnly: true).Name;
            }
        }
        catch (CultureNotFoundException)
        {
            // Said below, as for an empty one.
        }

        errors.Add("locale", "A locale is a BCP 47 tag such as en-GB.");
        return given;
    }

    private static bool ReadCloudType(string? given, FieldErrors errors)
    {
        if (given is not (null or TenantWords.Public or TenantWords.Private))
        {
            errors.Add("cloudType", "A cloud type is public or private.");
        }

        return given == TenantWords.Private;
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ZoneName();
}
