using Rowhouse.Testing;

[assembly: AssemblyFixture(typeof(TestServer))]
