using Rowhouse.Contracts.CardVault;
using Rowhouse.Modules.Http;

namespace Rowhouse.CardVault.Cards;

/// <summary>The part of <see cref="CardRules"/> that is about grades and conditions: graded or raw, never both.</summary>
internal static class GradingRules
{
    public static GradeLadder? Ladder(CardRequest request, FieldErrors errors)
    {
        if (CardRules.Clean(request.Grader) is not { } grader)
        {
            return null;
        }

        if (GradeLadder.Of(grader) is { } ladder)
        {
            return ladder;
        }

        errors.Add("grader", $"A grader is {string.Join(", ", GradeLadder.All.Select(known => known.Grader))}.");
        return null;
    }

    public static Grade? GradeOf(CardRequest request, GradeLadder? ladder, FieldErrors errors)
    {
        switch (CardRules.Clean(request.Grade), ladder)
        {
            case (null, null):
                return null;
            case (null, _):
                errors.Add("grade", "A graded card needs its grade.");
                return null;
            case (_, null):
                if (CardRules.Clean(request.Grader) is null)
                {
                    errors.Add("grader", "A grade needs the grader that gave it.");
                }

                return null;
            case var (grade, given):
                if (given.Find(grade) is { } found)
                {
                    return found;
                }

                errors.Add("grade", $"{given.Grader} gives no {CardRules.Shown(grade)}. Its grades are {string.Join(", ", given.Grades.Select(known => known.Text))}.");
                return null;
        }
    }

    public static string? Condition(CardRequest request, FieldErrors errors)
    {
        if (CardRules.Clean(request.Condition) is not { } condition)
        {
            return null;
        }

        if (CardRules.Clean(request.Grader) is not null)
        {
            errors.Add("condition", "A graded card has a grade instead of a condition.");
            return null;
        }

        if (RawConditions.Find(condition) is { } label)
        {
            return label;
        }

        errors.Add("condition", $"A condition is one of {string.Join(", ", RawConditions.All)}.");
        return null;
    }

    public static SubgradeHalves? Subgrades(CardRequest request, GradeLadder? ladder, FieldErrors errors)
    {
        if (request.Subgrades is not { } given)
        {
            return null;
        }

        if (ladder != GradeLadder.Bgs)
        {
            errors.Add("subgrades", "Only BGS gives subgrades.");
            return null;
        }

        var (centering, corners, edges, surface) = (Part("centering", given.Centering), Part("corners", given.Corners), Part("edges", given.Edges), Part("surface", given.Surface));
        return centering is { } a && corners is { } b && edges is { } c && surface is { } d ? new(a, b, c, d) : null;

        short? Part(string name, string? text)
        {
            if (SubgradeHalves.Parse(text) is { } halves)
            {
                return halves;
            }

            errors.Add($"subgrades.{name}", "A subgrade is from 1 to 10 in halves; a graded part needs all four.");
            return null;
        }
    }

    public static string? Certificate(CardRequest request, GradeLadder? ladder, FieldErrors errors)
    {
        if (CardRules.Clean(request.Certificate) is not { } certificate)
        {
            return null;
        }

        if (ladder is null)
        {
            if (CardRules.Clean(request.Grader) is null)
            {
                errors.Add("certificate", "A certificate needs the grader that gave it.");
            }

            return null;
        }

        if (certificate.Length > 40 || !certificate.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            errors.Add("certificate", "A certificate has at most 40 letters, digits and hyphens.");
            return null;
        }

        return certificate.ToUpperInvariant();
    }
}
