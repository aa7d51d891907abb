using Microsoft.AspNetCore.Http;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.CardVault;

/// <summary>What can go wrong in CardVault.</summary>
internal static class CardVaultProblems
{
    public static readonly ProblemType UnknownCard = new("urn:rowhouse:cardvault:unknown-card", StatusCodes.Status404NotFound, "There is no such card");

    public static readonly ProblemType UnknownCollection = new("urn:rowhouse:cardvault:unknown-collection", StatusCodes.Status404NotFound, "There is no such collection");

    public static readonly ProblemType UnknownChecklist = new("urn:rowhouse:cardvault:unknown-checklist", StatusCodes.Status404NotFound, "There is no such checklist");

    public static readonly ProblemType NotYours = new("urn:rowhouse:cardvault:not-yours", StatusCodes.Status403Forbidden, "It belongs to somebody else");

    public static readonly ProblemType DuplicateCertificate = new("urn:rowhouse:cardvault:duplicate-certificate", StatusCodes.Status409Conflict, "The certificate is taken");

    public static readonly ProblemType DuplicateCollection = new("urn:rowhouse:cardvault:duplicate-collection", StatusCodes.Status409Conflict, "The name is taken");

    public static readonly ProblemType CollectionNotEmpty = new("urn:rowhouse:cardvault:collection-not-empty", StatusCodes.Status409Conflict, "The collection has cards");

    public static readonly ProblemType CollectionChanged = new("urn:rowhouse:cardvault:collection-changed", StatusCodes.Status409Conflict, "The collection was changed meanwhile");

    public static readonly ProblemType UnreadableFile = new("urn:rowhouse:cardvault:unreadable-file", StatusCodes.Status400BadRequest, "The file cannot be read");

    public static readonly ProblemType WrongRows = new("urn:rowhouse:cardvault:import-rows", StatusCodes.Status400BadRequest, "Rows of the file are wrong");
}
