using Npgsql;
using Rowhouse.Tenancy.Postgres.Binding;
using Rowhouse.Tenancy.Postgres;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Isolation;

/// <summary>What an attack that did the victim no harm came to.</summary>
/// <param name="Given">What it was given: rows of text, or the JSON of what a query returned.</param>
/// <param name="Thrown">What it met instead.</param>
/// <param name="AtHome">Whether the attacker's tenant has its home in the database that it attacked.</param>
public sealed record Outcome(string Given, Exception? Thrown, bool AtHome)
{
    private static readonly string[] Nothing = ["", "[]", "0", "null", "false"];

    /// <summary>The refusal of the database, whatever it is wrapped in.</summary>
    public PostgresException? Refusal => Thrown.Refusal();

    public void ShouldGive(string given)
    {
        Thrown.ShouldBeNull();
        Given.ShouldBe(given);
    }

    /// <summary>No row, no count, no answer.</summary>
    public void ShouldGiveNothing()
    {
        Thrown.ShouldBeNull();
        Nothing.ShouldContain(Given);
    }

    /// <summary>The attacker's own at its home, and nothing elsewhere.</summary>
    public void ShouldGiveOwn(string own)
    {
        Thrown.ShouldBeNull();
        (Given == own && AtHome || Nothing.Contains(Given) && !AtHome).ShouldBeTrue(Given);
    }

    public void ShouldBeRefused(string state)
    {
        Refusal.ShouldNotBeNull(Thrown?.ToString() ?? $"not refused, but given: {Given}");
        Refusal.SqlState.ShouldBe(state, Refusal.MessageText);
    }

    /// <summary>A write of the attacker is refused for this reason at its home. Elsewhere the fence stands before it.</summary>
    public void ShouldBeRefusedAtHome(string state) => ShouldBeRefused(AtHome ? state : HomeNotWritableException.SqlState);

    /// <summary>A write reached the attacker's own rows at its home. Elsewhere the fence stands before it.</summary>
    public void ShouldGiveOwnWrite(string given)
    {
        if (AtHome)
        {
            ShouldGive(given);
        }
        else
        {
            ShouldBeRefused(HomeNotWritableException.SqlState);
        }
    }

    /// <summary>A write found no row of the victim at the attacker's home. Elsewhere the fence stands before it.</summary>
    public void ShouldWriteNothing()
    {
        if (AtHome)
        {
            ShouldGiveNothing();
        }
        else
        {
            ShouldBeRefused(HomeNotWritableException.SqlState);
        }
    }

    /// <summary>What stops the attacker before anything reaches the database, at its home. Elsewhere the fence may be first.</summary>
    public void ShouldThrow<T>()
        where T : Exception
    {
        if (Refusal?.SqlState == HomeNotWritableException.SqlState && !AtHome)
        {
            return;
        }

        Thrown.ShouldNotBeNull($"not stopped, but given: {Given}");
        Thrown.ShouldBeOfType<T>();
    }
}

/// <summary>The attack reached what belongs to the victim.</summary>
public sealed class AttackSucceededException(string how) : Exception($"The attack succeeded: {how}");
