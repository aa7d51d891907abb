namespace Rowhouse.Contracts;

/// <summary>A bounded piece of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">The piece, in the order asked for.</param>
/// <param name="Next">What to give as <c>after</c> to get the next piece; <see langword="null"/> at the end.</param>
/// <param name="Total">How many there are in all, where <c>count=true</c> was asked for.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next, long? Total = null);

/// <summary>An amount of money.</summary>
/// <param name="Amount">A decimal number as text with a point, for example <c>40.00</c>.</param>
/// <param name="Currency">The ISO 4217 code of its currency, for example <c>GBP</c>.</param>
public sealed record Money(
    [property: System.ComponentModel.DataAnnotations.RegularExpression(@"^-?[0-9]{1,12}(\.[0-9]{1,4})?$", ErrorMessage = "An amount is a number such as 40.00.")] string Amount,
    [property: System.ComponentModel.DataAnnotations.RegularExpression("^[A-Z]{3}$", ErrorMessage = "A currency is a code of three letters such as USD.")] string Currency);
